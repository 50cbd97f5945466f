import { apiGroup, apiGroupVersion } from '../src/kubernetes.ts';
import type { Structural } from './node.ts';

/** A column of `kubectl get`; those of priority 1 are shown by `-o wide`. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly jsonPath: string;
  readonly description?: string;
  readonly priority?: number;
}

interface Names {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
}

export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly versions: readonly {
      readonly schema: { readonly openAPIV3Schema: Structural };
      readonly [field: string]: unknown;
    }[];
    readonly [field: string]: unknown;
  };
}

export const age: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

export const definition = (
  names: Names,
  schema: Structural,
  additionalPrinterColumns: readonly Column[],
  subresources?: object,
): CustomResourceDefinition => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${names.plural}.${apiGroup}` },
  spec: {
    group: apiGroup,
    scope: 'Namespaced',
    names: {
      ...names,
      singular: names.kind.toLowerCase(),
      listKind: `${names.kind}List`,
      categories: ['pado', 'chaos'],
    },
    versions: [
      {
        name: apiGroupVersion.split('/')[1],
        served: true,
        storage: true,
        ...(subresources ? { subresources } : {}),
        additionalPrinterColumns,
        schema: { openAPIV3Schema: schema },
      },
    ],
  },
});

/** What every object has. */
export const objectFields = {
  apiVersion: { type: 'string', description: `${apiGroupVersion}.` },
  kind: { type: 'string', description: 'The kind of the object.' },
  metadata: { type: 'object' },
} as const;
