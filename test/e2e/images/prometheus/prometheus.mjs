#!/usr/bin/env node
// Prometheus without discovery of pods, made to have it: replaces `kubernetes_sd_configs` (role pod, own namespace, one
// label selector) by a file of targets with the same labels, which it keeps current by asking the API server each second.
import { spawn } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';

const folder = '/prometheus';
const account = '/var/run/secrets/kubernetes.io/serviceaccount';
const flag = '--config.file=';
const args = process.argv.slice(2);
const config = readFileSync(args.find((arg) => arg.startsWith(flag)).slice(flag.length), 'utf8');
const block = /^( *)kubernetes_sd_configs:\n((?:\1 .*\n)+)/m;
const selector = /label: "([^"]+)"/.exec(block.exec(config)?.[2] ?? '')?.[1];

if (selector !== undefined) {
  const files = `$1file_sd_configs: [{files: [${folder}/pods.json], refresh_interval: 1s}]\n`;
  writeFileSync(`${folder}/prometheus.yml`, config.replace(block, files));
  setInterval(discover, 1_000);
  discover();
}

function discover() {
  const namespace = readFileSync(`${account}/namespace`, 'utf8');
  const query = `labelSelector=${encodeURIComponent(selector)}`;
  const options = {
    ca: readFileSync(`${account}/ca.crt`),
    headers: { authorization: `Bearer ${readFileSync(`${account}/token`, 'utf8')}` },
    timeout: 5_000,
  };
  get(`https://kubernetes.default.svc/api/v1/namespaces/${namespace}/pods?${query}`, options, (answer) => {
    let text = '';
    answer.on('data', (chunk) => (text += chunk));
    answer.on('end', () => {
      if (answer.statusCode !== 200) return console.error(`pods: ${answer.statusCode} ${text}`);
      writeFileSync(`${folder}/pods.new`, JSON.stringify(JSON.parse(text).items.flatMap(targets)));
      renameSync(`${folder}/pods.new`, `${folder}/pods.json`);
    });
  }).on('error', (error) => console.error(`pods: ${error.message}`));
}

/** As Prometheus describes them: one target for each port that a container declares. */
function targets({ metadata, spec, status }) {
  if (status.podIP === undefined) return [];
  const labels = Object.entries(metadata.labels).map(([key, value]) => [
    `__meta_kubernetes_pod_label_${key.replace(/[^a-zA-Z0-9_]/g, '_')}`,
    value,
  ]);
  return spec.containers.flatMap(({ ports = [] }) =>
    ports.map((port) => ({
      targets: [`${status.podIP}:${port.containerPort}`],
      labels: {
        ...Object.fromEntries(labels),
        __meta_kubernetes_namespace: metadata.namespace,
        __meta_kubernetes_pod_name: metadata.name,
        __meta_kubernetes_pod_node_name: spec.nodeName,
        __meta_kubernetes_pod_phase: status.phase,
        __meta_kubernetes_pod_container_port_name: port.name ?? '',
      },
    })),
  );
}

const own = args.map((arg) =>
  selector !== undefined && arg.startsWith(flag) ? `${flag}${folder}/prometheus.yml` : arg,
);
const child = spawn('/bin/prometheus.debian', own, { stdio: 'inherit' });
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
