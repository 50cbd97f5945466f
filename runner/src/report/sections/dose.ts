import type { EffectEvidence, FaultStatus } from '@pado/fault';
import type { OwnCount } from '../../contracts.ts';
import type { Arm } from '../arms.ts';
import { amount, summary } from '../facts/dose.ts';
import { effectInWords, targetInWords } from '../facts/effect.ts';
import { missing, share } from '../facts/format.ts';
import { type Html, html } from '../html.ts';
import { texts } from '../text.ts';

const words = texts.dose;

/** What each effect was asked to do beside what it did. */
export function doseSection(arms: readonly Arm[]): Html {
  const rows = arms.flatMap((arm, index) =>
    arm.pado.faults.flatMap((fault) => fault.spec.effects.map((_, effect) => row(arm, index, fault, effect))),
  );
  const heads = [
    words.matched,
    words.applied,
    words.cut,
    words.own,
    words.requested,
    words.delivered,
    words.range,
    words.exact,
  ];
  return html`<section aria-labelledby="dose"><h2 id="dose">${words.title}</h2>${
    rows.length === 0
      ? html`<p class="none">${words.none}</p>`
      : html`<div class="scroll" tabindex="0" role="region" aria-labelledby="dose"><table><thead><tr><th scope="col">${words.run}</th><th scope="col">${words.fault}</th>${heads.map(
          (head) => html`<th scope="col">${head}</th>`,
        )}</tr></thead><tbody>${rows}</tbody></table></div>`
  }</section>`;
}

function row({ label, pado }: Arm, index: number, fault: FaultStatus, effect: number): Html {
  const evidence = fault.evidence.find((one) => one.index === effect);
  const own = pado.ownCounts?.find((one) => one.fault === fault.name && one.effect === effect);
  const count = (value: number | undefined) =>
    html`<td>${value === undefined ? missing : value.toLocaleString(texts.language)}</td>`;
  return html`<tr><th scope="row" class="arm-${index % 3}">${label}</th><td>${fault.name}<small>${effectInWords(fault.spec.effects[effect]!)} → ${targetInWords(fault)}</small></td>${[
    count(evidence?.matched),
    count(evidence?.applied),
    count(evidence?.cut),
    ownCount(own),
    ...doseCells(evidence),
  ]}</tr>`;
}

/** The target's own counter beside the agent's, as an independent witness. */
function ownCount(own: OwnCount | undefined): Html {
  if (own === undefined || own.counted === null) return html`<td>${missing}</td>`;
  const difference = own.counted - own.applied;
  const verdict =
    difference === 0 ? words.agrees : words.differs(`${difference > 0 ? '+' : '−'}${Math.abs(difference)}`);
  const tone = difference === 0 ? 'ok' : 'warn';
  return html`<td class="${tone}"><strong>${difference === 0 ? '✓' : '▲'} ${own.counted.toLocaleString(texts.language)}</strong><small>${own.what}: ${verdict}</small></td>`;
}

function doseCells(evidence: EffectEvidence | undefined): readonly Html[] {
  const dose = evidence?.dose;
  const means = evidence === undefined ? undefined : summary(evidence);
  if (dose === undefined || means === undefined) return Array.from({ length: 4 }, () => html`<td>${missing}</td>`);
  const inUnit = (value: number) => amount(value, dose.unit);
  return [
    html`<td>${inUnit(means.requestedMean)}</td>`,
    html`<td><strong>${inUnit(means.deliveredMean)}</strong></td>`,
    html`<td>${inUnit(dose.deliveredMin)} – ${inUnit(dose.deliveredMax)}</td>`,
    html`<td>${share(means.exactShare)}</td>`,
  ];
}
