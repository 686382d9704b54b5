// Command judge writes what is wrong with the query on its standard input, as the plugin's resource problems does, for the tests of the
// front end.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/footfall-analytics/footfall/pkg/model"
)

func main() {
	query, err := io.ReadAll(os.Stdin)
	if err == nil {
		_, problem := model.Parse(query)
		err = json.NewEncoder(os.Stdout).Encode(model.Problems(problem))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "judge:", err)
		os.Exit(1)
	}
}
