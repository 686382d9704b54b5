//go:build unix && !linux

package leash

import "syscall"

// endWithHolder adds nothing: only Linux ends a program by itself when its holder alone is killed.
func endWithHolder() *syscall.SysProcAttr { return nil }
