/** Agents of the injector's own connections: no fault ever touches them. */
export const exemptAgents = new WeakSet<object>();
