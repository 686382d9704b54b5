// Package programs builds Footfall's programs, starts the collector as it runs for real, and prints the steps of a long command:
//
//	err := programs.BuildLocal(ctx, programs.NewPrinter(os.Stdout))
//	err = programs.Migrate(ctx, programs.CollectorFile, dsn, "footfall")
//	collector, err := programs.StartCollector(ctx, programs.CollectorFile, dsn, "footfall", 0, queueDir, log)
//	defer collector.Stop()
//
// The targets of mage, the demo, the tests and the benches are built on it. It needs nothing outside the standard library that is
// large, so that mage starts quickly: who needs the plugin's process finds it in package preview, with what Grafana's SDK brings.
package programs
