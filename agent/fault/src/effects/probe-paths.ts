/** Paths that a readiness probe usually has. */
export const readinessPaths = ['/readyz', '/ready', '/readiness', '/health/ready'] as const;
/** Paths that a liveness probe usually has. */
export const livenessPaths = ['/healthz', '/livez', '/live', '/health', '/health/live'] as const;
