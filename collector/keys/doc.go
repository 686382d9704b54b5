// Package keys knows who may send events: write keys, each with the web sites that may use it and how much it may send.
//
//	k := keys.Open(ctx, keys.Options{...})
//	go k.Run(ctx) // reads them again, every ten seconds
//	pass, err := k.Check(key, origin)
package keys
