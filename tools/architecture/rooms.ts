/**
 * Who may import what: the table of docs/ARCHITECTURE.md, row by row. A file that stands in no row is an error,
 * so that a new room is a decision and not an accident.
 */

export interface Room {
  /** Which files are in it. */
  readonly holds: RegExp;
  /** The row in words; ends every complaint about an import, so that the reader knows what is right. */
  readonly says: string;
  readonly files: readonly RegExp[];
  /** Files of which only types may be imported. */
  readonly typesOf?: readonly RegExp[];
  /** Package names; `@hono/*` stands for all of a scope, `*` for all. */
  readonly packages: readonly string[];
  /** Packages of which only types may be imported, even if `packages` names them. */
  readonly typesOfPackages?: readonly string[];
  /** The files of this room that may import `node:*`. */
  readonly node?: RegExp;
}

const CORE = /^src\/core\//;

/** Each shop's own SDK, by its folder. */
const SDKS: Readonly<Record<string, readonly string[]>> = {
  stripe: ['stripe'],
  shopify: ['@shopify/shopify-api'],
};

/** Packages that belong to one room, whoever else may import everything. */
export const OWNED: readonly { readonly package: string; readonly room: RegExp; readonly fix: string }[] = [
  { package: 'drizzle-orm', room: /^src\/store\//, fix: 'only src/store knows drizzle; ask the store' },
  { package: 'libsql', room: /^src\/store\//, fix: 'only src/store opens databases; ask the store' },
  { package: '@libsql/client', room: /^src\/store\//, fix: 'only src/store opens databases; ask the store' },
  ...Object.entries(SDKS).flatMap(([shop, packages]) =>
    packages.map((it) => ({
      package: it,
      room: new RegExp(`^integrations/${shop}/`),
      fix: `only integrations/${shop} speaks to this shop; use what it exports`,
    })),
  ),
];

/** Packages that the bundle leaves outside, since they bring machine code. */
export const NATIVE: readonly string[] = ['libsql'];
/** Packages that build and test the program, and are no part of it. */
export const TOOLS =
  /^(@biomejs\/|@babel\/|@types\/|drizzle-kit|esbuild|fast-check|typescript|vitest|wrangler)/;

const ROOMS: readonly Room[] = [
  { holds: CORE, says: 'src/core imports zod and itself, nothing else', files: [CORE], packages: ['zod'] },
  {
    holds: /^integrations\/index\.ts$/,
    says: "integrations/index.ts imports src/core and each shop's index.ts",
    files: [CORE, /^integrations\/[^/]+\/index\.ts$/],
    packages: [],
  },
  {
    holds: /^src\/store\//,
    says: 'src/store imports src/core, drizzle, the database drivers and itself; node:* only in open-file.ts and its threads',
    files: [CORE, /^src\/store\//],
    packages: ['drizzle-orm', 'libsql', '@libsql/client'],
    node: /^src\/store\/(open-file|writer|checkpointer)\.ts$/,
  },
  {
    holds: /^src\/issuers\//,
    says: 'src/issuers imports src/core, zod and itself',
    files: [CORE, /^src\/issuers\//],
    packages: ['zod'],
  },
  {
    holds: /^src\/couriers\//,
    says: 'src/couriers imports src/core, zod and itself; a library for its kind needs a word in tools/architecture/rooms.ts',
    files: [CORE, /^src\/couriers\//],
    packages: ['zod'],
  },
  {
    holds: /^src\/http\//,
    says: "src/http imports src/core, the bridge's type, hono and its kind, zod and itself",
    files: [CORE, /^src\/http\//],
    typesOf: [/^src\/bridge\.ts$/],
    packages: ['hono', '@hono/*', 'zod'],
    // Its code runs on Node alone; the app runs in every door.
    typesOfPackages: ['@hono/node-server'],
  },
  {
    holds: /^src\/client\//,
    says: 'src/client, which others take into their programs, imports openapi-fetch and itself: nothing of the house',
    files: [/^src\/client\//],
    packages: ['openapi-fetch'],
  },
  {
    // The river has four files: walk one, walk two, the one step of it that may ask a shop, and what settles one sale.
    // Beside it stand what takes in sales from before it, and what takes orders that no shop sends.
    holds: /^src\/(bridge|walk-two|asked|converge|understand|adopt|orders|resolve)\.ts$/,
    says: 'src/bridge.ts, with walk-two.ts, asked.ts, understand.ts, converge.ts, adopt.ts, orders.ts and resolve.ts, imports src/core',
    files: [CORE, /^src\/(walk-two|asked|converge|understand)\.ts$/],
    packages: [],
  },
  {
    holds: /^src\/(privacy|redact)\.ts$/,
    says: 'src/privacy.ts with redact.ts, beside the river, imports src/core',
    files: [CORE, /^src\/redact\.ts$/],
    packages: [],
  },
  {
    // The engine of long work, and the kind of it that sends events through again.
    holds: /^src\/(jobs|replays)\.ts$/,
    says: "src/jobs.ts with replays.ts, beside the river, imports src/core and the bridge's type",
    files: [CORE],
    typesOf: [/^src\/bridge\.ts$/],
    packages: [],
  },
  {
    holds: /^src\/config(\.ts|\/)/,
    says: 'src/config.ts, with its folder, imports src/core, zod and yaml; the doors read the files',
    files: [CORE, /^src\/config\//],
    packages: ['zod', 'yaml'],
  },
  {
    holds: /^src\/house\.ts$/,
    says: 'src/house.ts puts the house together for every door: anything of src and integrations, no package, no node:*',
    files: [/^(src|integrations)\//, /^package\.json$/],
    packages: [],
    typesOfPackages: ['hono'],
  },
  {
    holds: /^src\/(node\.ts|node\/|cli\.ts|cli\/)/,
    says: 'the Node door and the command import anything of src and integrations',
    files: [/^(src|integrations)\//, /^package\.json$/],
    packages: ['*'],
    node: /./,
  },
  {
    holds: /^src\/worker(\.ts|\/)/,
    says: 'the Workers door imports anything of src and integrations, but no node:*',
    files: [/^(src|integrations)\//],
    packages: ['*'],
  },
];

/** The room that a file stands in, or undefined. */
export function roomOf(path: string): Room | undefined {
  return /^integrations\/[^/]+\//.test(path)
    ? shopRoom(path.split('/')[1] ?? '')
    : ROOMS.find((it) => it.holds.test(path));
}

function shopRoom(shop: string): Room {
  const own = new RegExp(`^integrations/${shop}/`);
  return {
    holds: own,
    says: `integrations/${shop} imports src/core, zod, this shop's SDK and itself, never another shop`,
    files: [CORE, own],
    packages: ['zod', ...(SDKS[shop] ?? [])],
  };
}

/** What makes events that the inbox takes, where it may stand, and what is to be said elsewhere. */
export const EVENT_MAKERS = [
  {
    maker: 'verified',
    stands: /^integrations\/[^/]+\/verify\.ts$/,
    fix: "only an integration's verify.ts may, after the signature was found right",
  },
  {
    maker: 'looked',
    stands: /^src\/adopt\.ts$/,
    fix: 'only src/adopt.ts may, for a sale that a person has Keyferry ask for',
  },
  {
    maker: 'entered',
    stands: /^src\/orders\.ts$/,
    fix: 'only src/orders.ts may, for an order whose content it has checked',
  },
] as const;
