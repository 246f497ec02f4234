/**
 * One connection to a server, kept alive: whole requests go out in one write, answers are read as far as they must
 * be. It speaks just enough HTTP for the bench, so that the sender takes little of the machine. What must never
 * happen here: a second request before the first is answered.
 */
import { connect } from 'node:net';

export interface Connection {
  /** The bytes must stay as they are until the answer is there. */
  send(request: Buffer | string): void;
  close(): void;
}

const END_OF_HEAD = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: *(\d+)/i;

/**
 * @param answered called with the status of each answer, and its body
 * @param lost called once when the other side ends it
 * @throws when nobody listens there
 */
export function openConnection(
  port: number,
  answered: (status: number, body: string) => void,
  lost: () => void = () => {},
): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let text = '';
    let open = true;
    socket.setEncoding('latin1');
    socket.on('data', (more) => {
      text = text === '' ? String(more) : text + more;
      const head = text.indexOf(END_OF_HEAD);
      if (head < 0) return;
      const length = LENGTH.exec(text.slice(0, head));
      if (!length) throw new Error(`an answer without its length: ${text.slice(0, head)}`);
      const end = head + END_OF_HEAD.length;
      if (text.length < end + Number(length[1])) return;
      const status = Number(text.slice(9, 12));
      const body = text.slice(end);
      text = '';
      answered(status, body);
    });
    socket.on('error', reject);
    socket.on('close', () => {
      if (open) lost();
      open = false;
    });
    socket.on('connect', () =>
      resolve({
        send: (request) => socket.write(request),
        close: () => {
          open = false;
          socket.destroy();
        },
      }),
    );
  });
}
