/** The story of ../story.ts on D1, and from outside: to a built Worker in Cloudflare's runtime. */
import { openHouse } from '../house.ts';
import { onD1 } from '../runtimes/d1.ts';
import { story } from '../story.ts';
import { openInWorkerd } from './house.ts';

story({ ...onD1, open: (options) => openHouse({ ...options, database: onD1 }) });
story({ name: 'workerd, over HTTP', open: openInWorkerd });
