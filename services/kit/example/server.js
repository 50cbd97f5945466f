import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';

/** A service that answers (`well`), fails (`down`) or says nothing (`silent`), and counts what reaches it. */
export async function startServer() {
  const state = { mode: 'well', requests: 0, events: new EventEmitter(), url: '', close };
  const server = createServer((_request, response) => {
    state.requests++;
    // A caller that cancels closes the connection: the time to stop working for it.
    response.once('close', () => {
      if (!response.writableFinished) state.events.emit('abandoned');
    });
    if (state.mode !== 'silent') response.writeHead(state.mode === 'well' ? 200 : 503).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  state.url = `http://127.0.0.1:${server.address().port}`;
  return state;

  async function close() {
    server.close();
    await once(server, 'close');
  }
}
