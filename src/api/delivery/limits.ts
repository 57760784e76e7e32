/** Numbers of the protocol, and bounds that keep one client from costing the others. */
export const limits = {
  /** A batch: events, and bytes of its JSON as UTF-8. */
  batchEvents: 200,
  batchBytes: 262_144,
  /** Set aside in each batch for everything but its events. */
  envelopeBytes: 512,

  /** A subscription with this much unacknowledged is sent no more. */
  windowReplayBatches: 4,
  windowLiveEvents: 512,
  windowBytes: 1_048_576,

  /** Live events of a scope are gathered for this long. 200 a packet costs a twentieth of one a packet (facts/realtime.md). */
  gatherMs: 10,
  /** Shorter by up to this, where something else is handed out just then. */
  gatherSlackMs: 2,
  gatherEvents: 500,

  /** The newest events that a node remembers, so that a short absence costs no read at all. */
  tailEvents: 20_000,
  tailBytes: 16_777_216,
  /** Texts of events that are kept for the next who is sent them. */
  textBytes: 1_048_576,
  /** Scopes of which it remembers at least where their last event lies. */
  tailScopes: 50_000,

  /** A page read for one subscription: rows (it begins with the first), and bytes beyond which pages shrink. */
  firstPage: 64,
  longestPage: 512,
  pageBytes: 524_288,
  logPage: 1_000,

  /** Reads at once of one node, over all subscriptions that begin or catch up. */
  readsAtOnce: 16,
  /** Sign-ins and steps of reading in one turn of the event loop: some 5 ms. */
  perTurn: 16,
  /** What one connection may have unsent in our memory before its subscriptions wait. */
  unsentBytes: 2_097_152,

  /** A cursor ahead of the log is waited for this long: the node may lag behind the one that told it. */
  futureMs: 2_000,
  /** The documents are waited for this long before a snapshot. */
  snapshotMs: 2_000,

  /** Inbound: events a second, and at once. Beyond that the connection is closed. */
  inboundPerSecond: 50,
  inboundBurst: 200,
  inboundBytes: 65_536,
  /** Times that one transport may try to sign in. */
  signInsPerTransport: 20,
  /** Places shown: so many in one report; checks of one person, and the rest after each as a multiple of its time. */
  placesShown: 10,
  checkEachMs: 10_000,
  checkRest: 100,
  /** Whose token isn't there by then is sent away; and who has one and isn't let in by then. */
  signInMs: 5_000,
  connectMs: 30_000,
  /** How soon a token ends after somebody has put the clock forward. */
  clockMs: 10_000,

  /** Reconnects after a shutdown are spread over a millisecond a connection, within these. */
  leastSpreadMs: 1_000,
  mostSpreadMs: 10_000,
  /** How long a stopping server lets what it said last leave. */
  farewellMs: 1_000,

  /** Between tries, where the log or the documents can't be read. */
  firstRetryMs: 50,
  longestRetryMs: 5_000,
} as const;
