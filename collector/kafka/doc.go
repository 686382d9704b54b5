// Package kafka lets events wait for the database in Kafka, where one machine is too small. [Producer] is used by collector serve, and
// [Consumer] by collector write.
package kafka
