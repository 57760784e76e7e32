/**
 * What a process may do; many may do each. `api`: HTTP, sockets and the page. `projector`: writes
 * documents, of each projection one process at a time. `worker`: draws. `sweep`: queues jobs and seals
 * the log (one process at a time each), and looks for jobs that are stuck. Every process says at /healthz and /readyz how it is, and at /metrics what it
 * counts.
 */
export const duties = ['api', 'projector', 'worker', 'sweep'] as const;
export type Duty = (typeof duties)[number];
