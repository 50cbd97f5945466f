import type { KubeApi, RequestOptions } from './kube-api.ts';

/**
 * The same API server, of which only so many questions at a time are asked; the others wait for their turn, and their
 * time limit begins with it. What is only written for people goes through here: hundreds of faults at once else fill the
 * sockets that leases and injectors' tokens need, and all of it comes too late.
 */
export function limited(api: KubeApi, atOnce: number): KubeApi {
  const waiting: (() => void)[] = [];
  let running = 0;
  const request = async <T>(
    method: Parameters<KubeApi['request']>[0],
    path: string,
    options?: RequestOptions,
  ): Promise<T> => {
    if (running < atOnce) running += 1;
    // Who leaves hands its place on.
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await api.request<T>(method, path, options);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
  return { ...api, serverNow: () => api.serverNow(), request };
}
