// Package kafka lets events wait for the database in Kafka, where one machine is too small: [Producer] is the side of
// collector serve, [Consumer] that of collector write.
package kafka
