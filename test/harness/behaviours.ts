import { answerWell, type Behaviour, type Conversation } from './misbehaving-responder.ts';
import { RECORD } from './records.ts';

/** The header block that the behaviours below begin with. */
export const HEAD = 'Content-Type: text/plain\r\n\r\n';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Closes with a FIN once everything is sent. */
function closeAfter(talk: Conversation): void {
  talk.socket.end();
}

/** What applications do wrong, by the names that `do=` gives them. */
export const behaviours: Readonly<Record<string, Behaviour>> = {
  silent: () => {},
  drip: async (talk) => {
    for (const byte of HEAD) {
      talk.out(byte);
      await pause(15);
    }
    talk.out('ok').finish();
  },
  gaps: async (talk) => {
    talk.out(HEAD);
    for (const part of ['one', 'two', 'three']) {
      await pause(150);
      talk.out(part);
    }
    talk.finish();
  },
  stall: (talk) => void talk.out(`${HEAD}${'x'.repeat(20_000)}`),
  closeAtOnce: (talk) => talk.close(),
  resetAtOnce: (talk) => talk.reset(),
  closeInHead: (talk) => closeAfter(talk.out('Content-Type: te')),
  closeAfterHead: (talk) => closeAfter(talk.out(HEAD)),
  closeInBody: (talk) => closeAfter(talk.out(`${HEAD}half`)),
  resetInBody: async (talk) => {
    talk.out(`${HEAD}half`);
    await pause(20);
    talk.reset();
  },
  closeInRecord: (talk) => closeAfter(talk.raw('\x01\x06\0\x01\0\xff\0\0short')),
  closeAfterStdout: (talk) => closeAfter(talk.out(`${HEAD}whole`).out('')),
  noStdoutEnd: (talk) => void talk.out(`${HEAD}whole`).finish({ withoutStdoutEnd: true }),
  badVersion: (talk) => void talk.record(RECORD.stdout, 'x', { version: 2 }),
  badVersionLater: (talk) => void talk.out(`${HEAD}half`).record(RECORD.stdout, 'x', { version: 9 }),
  badId: (talk) => void talk.record(RECORD.stdout, 'x', { requestId: 7 }),
  badIdLater: (talk) => void talk.out(`${HEAD}half`).record(RECORD.stdout, 'secret', { requestId: 7 }),
  management: (talk) => void talk.record(11, Buffer.alloc(8), { requestId: 0 }).out(`${HEAD}ok`).finish(),
  unknownType: (talk) => void talk.record(99, Buffer.alloc(20_000)).out(`${HEAD}ok`).finish(),
  largest: (talk) =>
    void talk.out(HEAD).out(Buffer.alloc(65_535, 'y'), { paddingBytes: 255 }).finish({ paddingBytes: 255 }),
  emptyInMiddle: (talk) => void talk.out(`${HEAD}shown`).out('').out('hidden').finish(),
  emptyStderr: (talk) => void talk.err('').out(`${HEAD}ok`).finish(),
  loudStderr: (talk) => {
    for (let left = 100; left > 0; left -= 1) talk.err('e'.repeat(1000));
    talk.out(`${HEAD}ok`).finish();
  },
  stderrInHead: (talk) => void talk.out('Content-Type: ').err('oops').out('text/plain\r\n\r\nok').finish(),
  stderrOnly: (talk) => void talk.err('fatal').finish(),
  shortEnd: (talk) => void talk.out(`${HEAD}ok`).out('').record(RECORD.end, Buffer.alloc(4)),
  appStatus: (talk) => void talk.out(`${HEAD}ok`).finish({ appStatus: 255 }),
  cantMultiplex: (talk) => void talk.finish({ status: 1 }),
  overloaded: (talk) => void talk.finish({ status: 2 }),
  unknownRole: (talk) => void talk.finish({ status: 3 }),
  http: (talk) => void talk.raw('HTTP/1.1 400 Bad Request\r\n\r\n'),
  zeros: (talk) => void talk.raw(Buffer.alloc(64)),
  endlessHead: (talk) => {
    let sent = 0;
    const more = (): void => {
      while (sent < 20_000_000 && !talk.socket.destroyed) {
        sent += 60_000;
        talk.out(`X: ${'a'.repeat(59_990)}\r\n`);
        if (talk.socket.writableNeedDrain) {
          talk.socket.once('drain', more);
          return;
        }
      }
    };
    more();
  },
  fileOrders: (talk) =>
    void talk
      .out('Content-Type: text/plain\r\nX-Sendfile: /etc/passwd\r\nX-Accel-Redirect: /secret\r\n')
      .out('x-lighttpd-send-file: /etc/shadow\r\nX-Other: kept\r\n\r\nok')
      .finish(),
  noHead: (talk) => void talk.out('just text').finish(),
  leftover: (talk) => {
    answerWell(talk);
    talk.out('Content-Type: text/plain\r\n\r\npoison').finish();
  },
  lateLeftover: async (talk) => {
    answerWell(talk);
    await pause(20);
    talk.out('Content-Type: text/plain\r\n\r\npoison').finish();
  },
  closeAfterEnd: (talk) => {
    answerWell(talk);
    talk.socket.end();
  },
  dropIfReused: (talk) => {
    if (talk.servedBefore > 0) talk.close();
    else answerWell(talk);
  },
  early: (talk) => void talk.out(`${HEAD}early`).finish(),
};
