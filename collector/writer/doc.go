// Package writer puts events into the table user_events: [Table] writes one batch, [Writer] makes batches of what many
// requests bring.
package writer
