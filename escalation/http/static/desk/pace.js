/** How often something is done. */

/** The screen follows what happens at most so often. */
const SECOND = 1_000;

/**
 * Runs `job` one at a time and, after the first, at most once every `every` milliseconds; calls made meanwhile are
 * joined into one more run. The promise is of a run that began after the call.
 */
export function paced(job, every = SECOND) {
  let running = null;
  let next = null;
  let ended = -Infinity;
  const start = () => {
    running = (async () => {
      try {
        await job();
      } finally {
        ended = performance.now();
        running = null;
      }
    })();
    return running;
  };
  const later = async () => {
    await running?.catch(() => {});
    const rest = every - (performance.now() - ended);
    if (rest > 0) await new Promise((done) => setTimeout(done, rest));
    next = null;
    return start();
  };
  return () => {
    if (!running && performance.now() - ended >= every) return start();
    next ??= later();
    return next;
  };
}
