package say_test

import (
	"encoding/json"
	"fmt"

	"github.com/footfall-analytics/footfall/pkg/say"
)

func ExampleNew() {
	text := say.New("example.left", "{{count}} users left", 3)
	fmt.Println(text)
	said, err := json.Marshal(text)
	fmt.Println(string(said), err)
	// Output:
	// 3 users left
	// {"id":"example.left","text":"3 users left","values":{"count":3}} <nil>
}
