import type { Form } from './cluster-file.ts';

/**
 * An estimate of November 2026 in USD an hour, by the list prices of ap-northeast-2 (aws.amazon.com/eks/pricing,
 * /ec2/pricing/on-demand, /vpc/pricing, /fargate/pricing); nobody has compared it with a bill.
 */
const hourly: Readonly<Record<Form, readonly (readonly [what: string, usd: number])[]>> = {
  nodes: [
    ['control plane', 0.1],
    ['NAT gateway and its address, without traffic', 0.064],
    ['2 system nodes (m6i.large) and their volumes', 0.244],
    ["3 of Karpenter's nodes (m6i.large) and their volumes", 0.366],
  ],
  fargate: [
    ['control plane', 0.1],
    ['NAT gateway and its address, without traffic', 0.064],
    ['some 18 pods', 0.3],
  ],
  auto: [
    ['control plane', 0.1],
    ['NAT gateway and its address, without traffic', 0.064],
    ["5 nodes (m6i.large) with Auto Mode's fee", 0.66],
  ],
};

export function costLines(form: Form, region: string): string[] {
  const rows = hourly[form];
  const sum = rows.reduce((total, [, usd]) => total + usd, 0);
  const where = region === 'ap-northeast-2' ? '' : `; prices in ${region} differ`;
  return [
    `costs about ${sum.toFixed(2)} USD an hour until eks:down (estimate of November 2026 for ap-northeast-2${where}):`,
    ...rows.map(([what, usd]) => `  ${usd.toFixed(2)}  ${what}`),
  ];
}
