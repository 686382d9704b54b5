// Package footfall sends events to a Footfall collector, in the background and in batches.
//
//	client, err := footfall.New("https://events.example.com", footfall.Options{WriteKey: key})
//	...
//	defer client.Close(ctx)
//	err = client.Enqueue(footfall.Track{UserID: "u-17", Event: "pay_order", Properties: map[string]any{"amount": 49.9}})
//
// Events wait in memory until they are sent; once the collector has accepted them, they are on its disk. Each is stored once, however often
// it had to be sent, because it keeps its message id.
package footfall
