/** The HTTP contract on Node: once in process, once through a real port. */
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { httpContract } from '../contracts/http.ts';
import type { HttpDoor } from '../contracts/http-house.ts';
import { openHttpHouse } from './setup.ts';

httpContract('Node, in process', () => openHttpHouse());

httpContract('Node, through a port', async (): Promise<HttpDoor> => {
  const house = await openHttpHouse();
  const { server, port } = await new Promise<{ server: ReturnType<typeof serve>; port: number }>(
    (resolve) => {
      const started = serve(
        { fetch: house.app.fetch, hostname: '127.0.0.1', port: 0 },
        (address: AddressInfo) => resolve({ server: started, port: address.port }),
      );
    },
  );
  return {
    request: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
    now: house.now,
    settle: house.settle,
    close: async () => {
      await new Promise((closed) => server.close(closed));
      await house.close();
    },
  };
});
