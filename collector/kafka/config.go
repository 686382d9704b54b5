package kafka

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
	"github.com/twmb/franz-go/plugin/kslog"
)

// Config says where Kafka is and how to connect; its fields are settings of commands.
type Config struct {
	Brokers  []string `name:"kafka-brokers" help:"Brokers of Kafka to begin with, host:port each; they name the others." placeholder:"HOST:PORT,..."`
	Topic    string   `name:"kafka-topic" help:"Kafka topic of the events." default:"footfall-events"`
	ClientID string   `name:"kafka-client-id" help:"Name of this client in Kafka's logs, metrics and quotas." default:"footfall-collector"`
	TLS      bool     `name:"kafka-tls" help:"Encrypt connections to Kafka and check the brokers' certificates."`
	CA       string   `name:"kafka-ca" help:"PEM file with the authorities that sign the brokers' certificates, instead of the system's." placeholder:"FILE"`
	Cert     string   `name:"kafka-cert" help:"PEM file with this client's certificate, where Kafka asks for one." placeholder:"FILE"`
	Key      string   `name:"kafka-key" help:"PEM file with the key of --kafka-cert." placeholder:"FILE"`
	SASL     string   `name:"kafka-sasl" help:"How to log in to Kafka: none, plain, scram-sha-256 or scram-sha-512." enum:"none,plain,scram-sha-256,scram-sha-512" default:"none"`
	User     string   `name:"kafka-user" help:"User to log in to Kafka as."`
	Password string   `name:"kafka-password" help:"The user's password. Better in the environment or the settings file, as others can see a command line."`
}

// options returns the client options of both sides.
func (c Config) options(log *slog.Logger) ([]kgo.Opt, error) {
	if len(c.Brokers) == 0 {
		return nil, errors.New("no broker is set: use --kafka-brokers or FOOTFALL_KAFKA_BROKERS, such as kafka-1:9092,kafka-2:9092")
	}
	for _, broker := range c.Brokers {
		if _, _, err := net.SplitHostPort(broker); err != nil {
			return nil, fmt.Errorf("--kafka-brokers: %q is no address such as kafka-1:9092", broker)
		}
	}
	opts := []kgo.Opt{kgo.SeedBrokers(c.Brokers...), kgo.ClientID(c.ClientID), kgo.WithLogger(logger{kslog.New(log.With("client", "kafka"))}),
		// Requests wait: a new leader must be found well before their time is over.
		kgo.MetadataMinAge(500 * time.Millisecond), kgo.RetryBackoffFn(backoff)}
	encryption, err := c.tls()
	if err != nil {
		return nil, err
	}
	if encryption != nil {
		opts = append(opts, kgo.DialTLSConfig(encryption))
	}
	if (c.SASL == "" || c.SASL == "none") != (c.User == "") {
		return nil, errors.New("--kafka-sasl and --kafka-user go together: set both or neither")
	}
	login := scram.Auth{User: c.User, Pass: c.Password}
	switch c.SASL {
	case "plain":
		opts = append(opts, kgo.SASL(plain.Auth{User: c.User, Pass: c.Password}.AsMechanism()))
	case "scram-sha-256":
		opts = append(opts, kgo.SASL(login.AsSha256Mechanism()))
	case "scram-sha-512":
		opts = append(opts, kgo.SASL(login.AsSha512Mechanism()))
	}
	return opts, nil
}

// backoff returns how long to wait after so many failures in a row, a little different for each client.
func backoff(failures int) time.Duration {
	return time.Duration((0.8 + 0.4*rand.Float64()) * float64(min(50*time.Millisecond<<min(failures, 5), time.Second)))
}

// tls returns the TLS settings; nil for connections that are not encrypted.
func (c Config) tls() (*tls.Config, error) {
	if !c.TLS {
		if c.CA != "" || c.Cert != "" || c.Key != "" {
			return nil, errors.New("--kafka-ca, --kafka-cert and --kafka-key need --kafka-tls")
		}
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CA != "" {
		pem, err := os.ReadFile(c.CA)
		if err != nil {
			return nil, fmt.Errorf("--kafka-ca: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("--kafka-ca: %s has no certificate in PEM form", c.CA)
		}
	}
	if c.Cert != "" || c.Key != "" {
		pair, err := tls.LoadX509KeyPair(c.Cert, c.Key)
		if err != nil {
			return nil, fmt.Errorf("--kafka-cert and --kafka-key: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// ready returns why the topic cannot be used. It asks Kafka, not the client's cache.
func ready(ctx context.Context, client *kgo.Client, topic string) error {
	request := kmsg.NewPtrMetadataRequest()
	request.AllowAutoTopicCreation = false
	asked := kmsg.NewMetadataRequestTopic()
	asked.Topic = kmsg.StringPtr(topic)
	request.Topics = append(request.Topics, asked)
	response, err := request.RequestWith(ctx, client)
	if err != nil {
		return fmt.Errorf("no broker of Kafka can be reached: %w", err)
	}
	for _, t := range response.Topics {
		switch err := kerr.ErrorForCode(t.ErrorCode); {
		case errors.Is(err, kerr.UnknownTopicOrPartition):
			return fmt.Errorf("there is no topic %s in Kafka: create it, or run collector serve with --kafka-create-topic", topic)
		case err != nil:
			return fmt.Errorf("the topic %s in Kafka: %w", topic, err)
		}
		for _, p := range t.Partitions {
			if p.Leader < 0 {
				return fmt.Errorf("partition %d of the topic %s in Kafka has no leader: too few of its brokers run", p.Partition, topic)
			}
		}
	}
	return nil
}

// logger passes on the client library's warnings and errors, and more when debugging.
type logger struct{ *kslog.Logger }

func (l logger) Level() kgo.LogLevel {
	if l.Logger.Level() == kgo.LogLevelDebug {
		return kgo.LogLevelInfo
	}
	return kgo.LogLevelWarn
}
