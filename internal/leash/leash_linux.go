package leash

import "syscall"

// endWithHolder makes a program end even when its holder alone is killed.
func endWithHolder() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
