import type { EffectEvidence, FaultStatus } from '@pado/fault';
import type { OwnCount } from '../../contracts.ts';
import type { Arm } from '../arms.ts';
import { amount, summary } from '../facts/dose.ts';
import { effectInWords, targetInWords } from '../facts/effect.ts';
import { missing, number, share } from '../facts/format.ts';
import { type Html, html } from '../html.ts';
import type { Texts } from '../text/en.ts';
import { framed, none, section } from './framed.ts';

type Words = Texts['dose'];

/** What each effect was asked to do beside what it did. */
export function doseSection(arms: readonly Arm[], { dose: words }: Texts): Html {
  const rows = arms.flatMap((arm, index) =>
    arm.pado.faults.flatMap((fault) => fault.spec.effects.map((_, effect) => row(arm, index, fault, effect, words))),
  );
  const heads = [
    words.run,
    words.fault,
    words.matched,
    words.applied,
    words.cut,
    words.own,
    words.requested,
    words.delivered,
    words.range,
    words.exact,
  ];
  const head = html`<tr>${heads.map((name) => html`<th scope="col">${name}</th>`)}</tr>`;
  return section('dose', words.title, rows.length === 0 ? none(words.none) : framed(words.caption, head, rows));
}

function row({ label, pado }: Arm, index: number, fault: FaultStatus, effect: number, words: Words): Html {
  const evidence = fault.evidence.find((one) => one.index === effect);
  const own = pado.ownCounts?.find((one) => one.fault === fault.name && one.effect === effect);
  const count = (value: number | undefined) => html`<td>${typeof value === 'number' ? number(value) : missing}</td>`;
  return html`<tr><th scope="row" class="arm-${index % 3}">${label}</th><td>${fault.name}<small>${effectInWords(fault.spec.effects[effect]!)} → ${targetInWords(fault)}</small></td>${[
    count(evidence?.matched),
    count(evidence?.applied),
    count(evidence?.cut),
    ownCount(own, words),
    ...doseCells(evidence),
  ]}</tr>`;
}

/** The target's own counter beside the agent's, as an independent witness. */
function ownCount(own: OwnCount | undefined, words: Words): Html {
  if (own === undefined || typeof own.counted !== 'number') return html`<td>${missing}</td>`;
  const difference = own.counted - own.applied;
  const verdict =
    difference === 0 ? words.agrees : words.differs(`${difference > 0 ? '+' : '−'}${number(Math.abs(difference))}`);
  const tone = difference === 0 ? 'ok' : 'warn';
  return html`<td class="${tone}"><strong>${difference === 0 ? '✓' : '▲'} ${number(own.counted)}</strong><small>${own.what}: ${verdict}</small></td>`;
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
