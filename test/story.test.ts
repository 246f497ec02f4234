/** The story of story.ts, on Node over each kind of database; in worker/ it is told again on D1 and to a Worker. */
import { openHouse } from './house.ts';
import { DATABASES } from './runtimes/databases.ts';
import { story } from './story.ts';

for (const database of DATABASES)
  story({ ...database, open: (options) => openHouse({ ...options, database }) });
