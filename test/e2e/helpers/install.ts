import { ensureAgents } from './chaos.ts';

// Run by tap before the tests: all of them share one installation of charts/agent.
await ensureAgents();
