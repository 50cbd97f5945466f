import type { Command } from '../cli/command.ts';
import { agentNamespaceOption, clusterOptions } from '../kubernetes/options.ts';

const options = { context: clusterOptions.context, ...agentNamespaceOption };

export const leverEngage: Command = {
  name: 'lever engage',
  summary: 'stops every fault of a cluster at once, and refuses new ones',
  options,
  examples: ['pado lever engage', 'pado lever engage --context production'],
  run: async (invocation) => (await import('../kubernetes/commands/lever.ts')).turnLever(invocation, 'engaged'),
};

export const leverDisengage: Command = {
  name: 'lever disengage',
  summary: 'lets faults begin again in a cluster',
  options,
  examples: ['pado lever disengage'],
  run: async (invocation) => (await import('../kubernetes/commands/lever.ts')).turnLever(invocation, 'disengaged'),
};

export const leverStatus: Command = {
  name: 'lever status',
  summary: "tells whether a cluster's safety lever is engaged",
  options,
  examples: ['pado lever status'],
  run: async (invocation) => (await import('../kubernetes/commands/lever.ts')).readLever(invocation),
};
