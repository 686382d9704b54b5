package main

import "github.com/footfall-analytics/footfall/program"

// healthCmd asks about health, for containers that have no other program to do it.
type healthCmd struct {
	ListenAdmin string `help:"Address and port for health of the analyzer on this machine." default:"127.0.0.1:8094"`
}

// Run returns nil if the analyzer reaches a database that has the tables; else why it does not.
func (h *healthCmd) Run(env *environment) error {
	answer, err := program.Ask(env.ctx, h.ListenAdmin)
	if err == nil {
		_, err = env.stdout.Write(answer)
	}
	return err
}
