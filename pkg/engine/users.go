package engine

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/footfall-analytics/footfall/pkg/plan"
)

// users numbers the users of a database, so that packed events in memory need not have their whole keys. Each slice counts for itself.
type users struct {
	slices [plan.Slices]sliceUsers
	count  atomic.Int64
}

// bytesOfUser is about how much memory a user's number takes.
const bytesOfUser = 28

// bytes returns about how much memory the numbers take.
func (u *users) bytes() int { return int(u.count.Load()) * bytesOfUser }

// sliceOf returns the slice that a key lies in.
func sliceOf(key int64) int { return int(key>>57) + plan.Slices/2 }

// sliceUsers are the users of a slice, numbered from 0 in the order in which they were met.
type sliceUsers struct {
	mu   sync.Mutex
	keys []int64
	// table has, where its key belongs or after that, each user's number plus one.
	table []uint32
	// sorted are the users in order of their keys; it may lack the latest.
	sorted sortedUsers
}

// sortedUsers are users in order of their keys. It does not change.
type sortedUsers struct {
	keys []int64
	// ranks are the places in keys, by number.
	ranks []uint32
}

// number returns a user's number. mu must be held.
func (u *sliceUsers) number(key int64, count *atomic.Int64) uint32 {
	if 4*len(u.keys) >= 3*len(u.table) {
		u.grow()
	}
	mask := len(u.table) - 1
	for at := hashOf(key) & mask; ; at = (at + 1) & mask {
		switch n := u.table[at]; {
		case n == 0:
			u.keys = append(u.keys, key)
			u.table[at] = uint32(len(u.keys))
			count.Add(1)
			return uint32(len(u.keys)) - 1
		case u.keys[n-1] == key:
			return n - 1
		}
	}
}

// spread is a random odd number: who sends events may choose ids whose keys, which are hashes, lie in the same place.
var spread = rand.Uint64() | 1

func hashOf(key int64) int { return int(uint64(key) * spread >> 33) }

func (u *sliceUsers) grow() {
	u.table = make([]uint32, max(64, 2*len(u.table)))
	mask := len(u.table) - 1
	for i, key := range u.keys {
		at := hashOf(key) & mask
		for u.table[at] != 0 {
			at = (at + 1) & mask
		}
		u.table[at] = uint32(i) + 1
	}
}

// inOrder returns all users of the slice in order of their keys. mu must be held.
func (u *sliceUsers) inOrder() sortedUsers {
	known := len(u.sorted.keys)
	if known == len(u.keys) {
		return u.sorted
	}
	fresh := make([]uint32, len(u.keys)-known)
	for i := range fresh {
		fresh[i] = uint32(known + i)
	}
	slices.SortFunc(fresh, func(a, b uint32) int { return cmp.Compare(u.keys[a], u.keys[b]) })
	all := sortedUsers{keys: make([]int64, 0, len(u.keys)), ranks: make([]uint32, len(u.keys))}
	// place[r] is where the known user of rank r comes now.
	place := make([]uint32, known)
	for rank, next := 0, 0; rank < known || next < len(fresh); {
		if next == len(fresh) || rank < known && u.sorted.keys[rank] < u.keys[fresh[next]] {
			place[rank] = uint32(len(all.keys))
			all.keys = append(all.keys, u.sorted.keys[rank])
			rank++
			continue
		}
		all.ranks[fresh[next]] = uint32(len(all.keys))
		all.keys = append(all.keys, u.keys[fresh[next]])
		next++
	}
	for number, rank := range u.sorted.ranks {
		all.ranks[number] = place[rank]
	}
	u.sorted = all
	return all
}
