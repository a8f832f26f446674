/** One portion of many rotations in a process of its own: the hooks of the test runner make every call half as dear again. */
import { rotationsUnderTraffic } from './rotation-traffic-story.ts';

const [count, seed, each] = process.argv.slice(2).map(Number);
process.send?.(await rotationsUnderTraffic(count ?? 0, seed ?? 0, { each: each ?? 0, disturbed: true }));
process.disconnect?.();
