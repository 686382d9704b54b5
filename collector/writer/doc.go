// Package writer puts events into the table user_events: [Table] writes one batch, and [Writer] makes batches from many requests.
package writer
