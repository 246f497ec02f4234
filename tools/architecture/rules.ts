/**
 * The rules of the house as checks over sources. Each takes {path → source} already scanned and gives complaints
 * that say where, what, and what to do instead; no complaint means that the rule holds.
 */
import { EVENT_MAKERS, NATIVE, OWNED, type Room, roomOf, TOOLS } from './rooms.ts';
import { type Import, type Place, type Scanned, scan } from './scan.ts';

export interface House {
  /** Every text file under src and integrations, and package.json: path from the root → source. */
  readonly sources: Readonly<Record<string, string>>;
  /** The .ts files among them under src and integrations. */
  readonly files: readonly Scanned[];
}

export interface Rule {
  /** What holds, as a sentence. */
  readonly name: string;
  readonly check: (house: House) => readonly string[];
}

export function survey(sources: Readonly<Record<string, string>>): House {
  const files = Object.entries(sources)
    .filter(([path]) => /^(src|integrations)\/.*\.ts$/.test(path))
    .map(([path, source]) => scan(path, source));
  return { sources, files };
}

/** `src/core/sale.ts:3 imports hono: …` */
function at(path: string, line: number, what: string): string {
  return `${path}:${line} ${what}`;
}

/** Complaints about each import of each file. */
function eachImport(house: House, judge: (it: Import, file: Scanned) => string | null): readonly string[] {
  return house.files.flatMap((file) =>
    file.imports.flatMap((it) => {
      const complaint = judge(it, file);
      return complaint === null ? [] : [at(file.path, it.line, complaint)];
    }),
  );
}

const FROM_OUTSIDE = /^(node|cloudflare):/;

function isAllowed(it: Import, room: Room, path: string): boolean {
  if (it.file !== null) {
    const { file } = it;
    return (
      room.files.some((one) => one.test(file)) ||
      (it.typeOnly && (room.typesOf ?? []).some((one) => one.test(file)))
    );
  }
  const name = it.package ?? '';
  if (name.startsWith('node:')) return room.node?.test(path) ?? false;
  if (room.typesOfPackages?.includes(name)) return it.typeOnly;
  return room.packages.some(
    (one) => one === '*' || one === name || (one.endsWith('/*') && name.startsWith(one.slice(0, -1))),
  );
}

const imports: Rule = {
  name: 'every file imports only what its room may import',
  check: (house) => [
    ...house.files.flatMap(({ path }) =>
      roomOf(path)
        ? []
        : [
            at(
              path,
              1,
              'stands in no room: move it, or decide on a row for it in tools/architecture/rooms.ts',
            ),
          ],
    ),
    ...eachImport(house, (it, { path }) => {
      const room = roomOf(path);
      if (room === undefined || it.specifier === '') return null;
      const owner = OWNED.find((one) => one.package === it.package && !one.room.test(path));
      if (owner) return `imports ${it.specifier}: ${owner.fix}`;
      return isAllowed(it, room, path) ? null : `imports ${it.specifier}: ${room.says}`;
    }),
  ],
};

const literal: Rule = {
  name: 'every import names what it imports, relative ones with their extension',
  check: (house) =>
    eachImport(house, (it) => {
      if (it.specifier === '')
        return 'imports a computed name: write the name out, nothing is discovered at run time';
      if (it.file !== null && !/\.(ts|json)$/.test(it.file))
        return `imports ${it.specifier}: write the extension, .ts`;
      return null;
    }),
};

const declared: Rule = {
  name: 'every package that src and integrations import is bundled or a dependency of package.json',
  check: (house) => {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(house.sources['package.json'] ?? '{}');
    return eachImport(house, (it) => {
      if (it.package === null || it.package === '' || FROM_OUTSIDE.test(it.package)) return null;
      if (NATIVE.includes(it.package)) {
        if (Object.hasOwn(dependencies, it.package)) return null;
        return `imports ${it.specifier}: it cannot be bundled; add ${it.package} to the dependencies of package.json, pinned`;
      }
      if (TOOLS.test(it.package)) return `imports ${it.specifier}: it is a tool, no part of the program`;
      if (Object.hasOwn(devDependencies, it.package)) return null;
      return `imports ${it.specifier}: it is bundled; add ${it.package} to the devDependencies of package.json, pinned`;
    });
  },
};

/** Folders of integrations, from the files in them. */
function shopsOf(house: House): readonly string[] {
  const folders = Object.keys(house.sources).flatMap(
    (path) => /^integrations\/([^/]+)\//.exec(path)?.[1] ?? [],
  );
  return [...new Set(folders)];
}

const deletable: Rule = {
  name: 'removing one folder of integrations breaks one line, in integrations/index.ts',
  check: (house) =>
    shopsOf(house).flatMap((shop) => {
      const own = `integrations/${shop}/`;
      const uses = house.files
        .filter(({ path }) => !path.startsWith(own))
        .flatMap(({ path, imports: all }) =>
          all.filter((it) => it.file?.startsWith(own)).map((it) => ({ path, line: it.line })),
        );
      const [lines, strangers] = [
        uses.filter((it) => it.path === 'integrations/index.ts'),
        uses.filter((it) => it.path !== 'integrations/index.ts'),
      ];
      return [
        ...(lines.length === 1
          ? []
          : [
              `integrations/index.ts has ${lines.length} lines that import integrations/${shop}: it needs exactly one`,
            ]),
        ...strangers.map((it) =>
          at(
            it.path,
            it.line,
            `imports integrations/${shop}: take it from the list in integrations/index.ts`,
          ),
        ),
      ];
    }),
};

/** Complaints about every line, and every path, that holds one of the words. */
function eachMention(
  house: House,
  where: RegExp,
  words: readonly string[],
  fix: (word: string) => string,
): readonly string[] {
  if (words.length === 0) return [];
  const pattern = new RegExp(words.join('|'), 'i');
  return Object.entries(house.sources)
    .filter(([path]) => where.test(path))
    .flatMap(([path, source]) =>
      [path, ...source.split('\n')].flatMap((text, line) => {
        const word = pattern.exec(text)?.[0];
        return word === undefined ? [] : [at(path, line, `says "${word}": ${fix(word.toLowerCase())}`)];
      }),
    );
}

const shopNames: Rule = {
  name: "no shop's name stands under src",
  check: (house) =>
    eachMention(
      house,
      /^src\//,
      shopsOf(house),
      (shop) => `what is special to one shop belongs to integrations/${shop}; say it in neutral words`,
    ),
};

/** Grows with src/issuers. */
const ISSUERS = ['licensespring'] as const;

const issuerNames: Rule = {
  name: "no issuer's name stands outside of src/issuers",
  check: (house) =>
    eachMention(
      house,
      /^(src\/(?!issuers\/)|integrations\/)/,
      ISSUERS,
      () => 'what is special to one issuer belongs to src/issuers; say it in neutral words',
    ),
};

const verifiedMaker: Rule = {
  name: "only an integration's verify.ts makes a verified event, and src/adopt.ts or src/orders.ts one of our own",
  check: (house) =>
    house.files.flatMap((file) => {
      const made = EVENT_MAKERS.filter(({ stands }) => !stands.test(file.path)).flatMap(({ maker, fix }) => [
        ...file.imports
          .filter((it) => it.file === 'src/core/integration.ts' && it.names.includes(maker))
          .map((it) => at(file.path, it.line, `imports ${maker}(): ${fix}`)),
        ...file.calls
          .filter((it) => it.name === maker)
          .map((it) => at(file.path, it.line, `calls ${maker}(): ${fix}`)),
      ]);
      const claimed = file.casts
        .filter((it) => it.to === 'VerifiedEvent' && file.path !== 'src/core/integration.ts')
        .map((it) => at(file.path, it.line, `claims a VerifiedEvent: ${EVENT_MAKERS[0].fix}`));
      return [...made, ...claimed];
    }),
};

/** Where neither the time nor chance may come from but a port. */
const TIMELESS = /^(src\/(core|store)|integrations)\//;

const timeless: Rule = {
  name: 'time and chance come in through ports',
  check: (house) =>
    house.files
      .filter(({ path }) => TIMELESS.test(path))
      .flatMap(({ path, members, presentDates }) => [
        ...members
          .filter((it) => ['Date.now', 'performance.now', 'performance.timeOrigin'].includes(it.name))
          .map((it) =>
            at(path, it.line, `reads ${it.name}: take the time as an argument, from the Clock port`),
          ),
        ...presentDates.map((line) =>
          at(path, line, 'makes the present Date: take the time as an argument, from the Clock port'),
        ),
        ...members
          .filter((it) => /^(Math\.random|crypto\.(getRandomValues|randomUUID))$/.test(it.name))
          .map((it) => at(path, it.line, `draws ${it.name}: take the RandomBytes port`)),
      ]),
};

/** Names of the outside world by room, and what to use instead. */
const OUTSIDE: readonly {
  readonly where: RegExp;
  readonly names: readonly string[];
  readonly fix: string;
}[] = [
  {
    where: /^(src\/(core|http|issuers|couriers)\/|src\/(bridge|config|worker)\.ts|integrations\/)/,
    names: ['process', 'Buffer', '__dirname', '__filename', 'require', 'setImmediate'],
    fix: 'Node only; this code runs in every door, so use the web standard or take it as an argument',
  },
  {
    where: /^(src\/core\/|integrations\/)/,
    names: ['fetch', 'XMLHttpRequest', 'WebSocket'],
    fix: 'take the Fetch port',
  },
  {
    where: /^(src\/core\/|integrations\/)/,
    names: ['crypto'],
    fix: 'take the Digest or the RandomBytes port',
  },
  {
    where: /^(src\/core\/|integrations\/)/,
    names: ['console'],
    fix: 'take the Log port, or give a Problem back',
  },
  {
    where: /^src\/core\//,
    names: ['setTimeout', 'setInterval', 'queueMicrotask'],
    fix: 'the core is pure: time is an argument, and waiting is the doors’ matter',
  },
];

const outside: Rule = {
  name: 'the outside world comes in through ports',
  check: (house) =>
    house.files.flatMap(({ path, globals }) =>
      OUTSIDE.filter((it) => it.where.test(path)).flatMap(({ names, fix }) =>
        globals
          .filter((it: Place) => names.includes(it.name))
          .map((it) => at(path, it.line, `uses the global ${it.name}: ${fix}`)),
      ),
    ),
};

const acyclic: Rule = {
  name: 'imports run in no circle',
  check: (house) => {
    const to = new Map(
      house.files.map(({ path, imports: all }) => [
        path,
        [...new Set(all.flatMap((it) => it.file ?? []))].sort(),
      ]),
    );
    const done = new Set<string>();
    const found: string[] = [];
    const visit = (path: string, trail: readonly string[]) => {
      const begin = trail.indexOf(path);
      if (begin >= 0) {
        const circle = [...trail.slice(begin), path].join(' → ');
        found.push(`${circle}: move what both need into a file that imports neither`);
        return;
      }
      if (done.has(path)) return;
      for (const next of to.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of [...to.keys()].sort()) visit(path, []);
    return found;
  },
};

const typed: Rule = {
  name: 'nothing escapes the types',
  check: (house) =>
    house.files.flatMap(({ path, anys, casts, comments }) => [
      ...anys.map((line) => at(path, line, 'says any: say unknown, and look before use')),
      ...casts
        .filter((it) => !it.explained)
        .map((it) =>
          at(
            path,
            it.line,
            `claims "as ${it.to}" without a reason: say above it why it is so, or narrow instead`,
          ),
        ),
      ...comments.flatMap(({ text, line }) => {
        const switched = /@ts-(ignore|nocheck|expect-error)|biome-ignore[^\n]*noExplicitAny/.exec(text)?.[0];
        return switched === undefined
          ? []
          : [at(path, line, `switches a check off (${switched}): mend the type instead`)];
      }),
    ]),
};

export const RULES = {
  imports,
  literal,
  declared,
  deletable,
  shopNames,
  issuerNames,
  verifiedMaker,
  timeless,
  outside,
  acyclic,
  typed,
} as const satisfies Record<string, Rule>;
