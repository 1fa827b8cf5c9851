/** Sends bytes to a port as they are and reads the answer, for requests that no HTTP client would make. */
import { connect } from 'node:net';

export interface RawAnswer {
  /** 0 when the connection was closed without an answer. */
  status: number;
  headers: string;
  body: string;
}

const WAIT_MS = 3000;

export async function sendRaw(port: number, request: string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const finish = (): void => {
      socket.destroy();
      const [headers = '', ...rest] = text.split('\r\n\r\n');
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(headers)?.[1] ?? 0), headers, body: rest.join('\r\n\r\n') });
    };
    const timer = setTimeout(finish, WAIT_MS);
    socket.on('connect', () => socket.write(request, 'latin1'));
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const [head = '', body = ''] = text.split('\r\n\r\n', 2);
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
      const isWhole =
        text.includes('\r\n\r\n') && (length === undefined ? body.endsWith('0') : body.length >= Number(length));
      if (isWhole) finish();
    });
    socket.on('end', finish);
    socket.on('close', () => {
      clearTimeout(timer);
      finish();
    });
    socket.on('error', (error) => (text === '' ? reject(error) : finish()));
  });
}

/** A request with a body of the length it says. */
export const rawPost = (target: string, headers: readonly string[], body: string, version = '1.1'): string =>
  [
    `POST ${target} HTTP/${version}`,
    ...headers,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
