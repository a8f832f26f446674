/** One portion of many rotations in a thread of its own: the hooks of the test runner make every call half as dear again. */
import { parentPort, workerData } from 'node:worker_threads';
import { rotationsUnderTraffic } from './rotation-traffic-story.ts';

const { count, seed, each } = workerData;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
parentPort?.postMessage(await rotationsUnderTraffic(count, seed, { each, disturbed: true }));
