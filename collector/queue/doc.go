// Package queue keeps records on disk until they have been stored elsewhere: an append-only log in a folder of its own.
//
// A record that was appended is on disk; appends that come while others are being written share the next write and its fsync. Records are
// read at least once, in the order in which they were appended; after a restart, again from the first one that was not committed. An
// unfinished end of the log after a crash was never acknowledged, and is skipped. If anything else is damaged or missing the queue does not
// open: [Check] says what, and [Salvage] recovers everything that can be read.
//
//	q, err := queue.Open(queue.Options{...})
//	err = q.Append(ctx, record) // it is on disk
//	batch, err := q.Read(ctx, 1<<20)
//	err = q.Commit(batch)       // it is stored elsewhere
//
// docs/decisions/queue.md says why its files are as they are.
package queue
