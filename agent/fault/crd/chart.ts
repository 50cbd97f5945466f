import { stringify } from 'yaml';
import type { CustomResourceDefinition } from './definition.ts';

/** A template of the agent's chart; `crds.keep` lets the resources outlive the release. */
export function template(definition: CustomResourceDefinition): string {
  const name = `\n  name: ${definition.metadata.name}\n`;
  const text = stringify(definition, { lineWidth: 120, aliasDuplicateObjects: false });
  if (text.split(name).length !== 2) throw new TypeError(`no single name in ${definition.metadata.name}`);
  return [
    '{{- /* Made of agent/fault/src/schema.ts by `node agent/fault/crd.ts`; not to be edited. */ -}}',
    '{{- if .Values.crds.install }}',
    text.replaceAll('{{', '{{ "{{" }}').replace(name, `${name}${annotations}`),
    '{{- end }}\n',
  ].join('\n');
}

const annotations = [
  '  {{- if .Values.crds.keep }}',
  '  annotations:',
  '    helm.sh/resource-policy: keep',
  '  {{- end }}\n',
].join('\n');
