/** `npm run eks:preflight`: looks whether `eks:up` could begin, and changes nothing. */
import { main } from './main.ts';
import { preflight } from './preflight/check.ts';
import { findingLines } from './preflight/finding.ts';

await main(async (context, _options, environment) => {
  const findings = await preflight(context, environment);
  for (const line of findingLines(findings)) context.progress(line);
  return findings.every(({ ok }) => ok) ? 0 : 5;
});
