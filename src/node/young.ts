/**
 * Bounds the memory of what is young. V8 lets the space for new objects grow to 128 MB under load, of which a house
 * that forgets each order at once has nothing. Of door one. What must never happen here: a bound on what lives long.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Of each of its two halves: twice as much is set aside. */
const YOUNG_BYTES = 16 * 1024 * 1024;
/** How often it is looked at until it has grown so far, in ms. It grows by doubling. */
const LOOK_MS = 50;
const NEW_SPACE = 'new_space';

/** For the whole process, and for good. */
export function boundYoung(): void {
  const looking = setInterval(() => {
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === NEW_SPACE);
    if (young && young.space_size < YOUNG_BYTES) return;
    // A flag may be set while V8 runs as long as it reads it anew each time, as it does this one.
    setFlagsFromString('--semi-space-growth-factor=1');
    clearInterval(looking);
  }, LOOK_MS);
  looking.unref();
}
