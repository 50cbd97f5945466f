import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** The service that the experiments in test/fixtures/chaostoolkit are about; it remembers what it was asked. */
export interface Service {
  readonly url: string;
  /** Method, path with query, content type and body of each request but those that look. */
  readonly requests: readonly string[];
  readonly close: () => void;
}

const json = { 'content-type': 'application/json' };
const plain = { 'content-type': 'text/plain' };

export async function startService(): Promise<Service> {
  const requests: string[] = [];
  let isOn = true;
  let number = '42';
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const body = await text(request);
    const answer = (status: number, type: Record<string, string>, content: string) => {
      if (!response.destroyed) response.writeHead(status, { ...type, date: 'never' }).end(content);
    };
    if (method !== 'GET' || url.startsWith('/echo')) {
      requests.push([method, url, headers['content-type'] ?? '', body].join(' '));
    }
    switch (url.split('?')[0]) {
      case '/healthz':
        return answer(200, json, '{"status": "ok"}');
      case '/items':
        return answer(200, json, '{"items": [{"name": "cup", "stock": 3}, {"name": "pot", "stock": 4}]}');
      case '/text':
        return answer(200, plain, 'pado 1.0 ready');
      case '/number':
        if (method === 'PUT') number = body;
        return answer(200, plain, number);
      case '/switch':
        if (method === 'PUT') isOn = body === 'on';
        return answer(method === 'PUT' || isOn ? 200 : 503, plain, isOn ? 'on' : 'off');
      case '/private':
        return answer(headers.authorization === 'Bearer the-token' ? 200 : 401, plain, String(headers['x-who'] ?? ''));
      case '/echo':
        if (method === 'DELETE') return answer(204, plain, '');
        return answer(200, json, JSON.stringify({ method, url, body }));
      case '/slow':
        return void setTimeout(() => answer(200, plain, 'late'), 3_000).unref();
      default:
        return answer(404, plain, 'nothing here');
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
