import type { PeerPolicy, PolicyDocument } from './policy.ts';

type Services = PolicyDocument['services'];

/** Changes what every caller does with every peer, those without an entry included. */
export const eachCall = (services: Services, change: (policy: PeerPolicy) => PeerPolicy): Services =>
  Object.fromEntries(
    Object.entries<Services[string]>({ '*': {}, ...services }).map(([service, peers]) => [
      service,
      Object.fromEntries(
        Object.entries<PeerPolicy>({ '*': {}, ...peers }).map(([peer, policy]) => [peer, change(policy)]),
      ),
    ]),
  );
