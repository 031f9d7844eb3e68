// Reads Wildcat's events as a stream (server-sent events) and resumes where it stopped. Standard library only.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

type event struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Account  string `json:"account"`
	Position uint64 `json:"position"`
	Previous uint64 `json:"previous"`
}

// What no second try mends: a wrong key, or what we have not read is erased (410).
var errRefused = errors.New("refused")

func setting(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

var positionFile = setting("POSITION_FILE", "position.txt")

func loadPosition() (uint64, error) {
	text, err := os.ReadFile(positionFile)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil // the beginning of the log
	}
	if err != nil {
		return 0, err
	}
	return strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
}

func keepPosition(position uint64) error {
	err := os.WriteFile(positionFile+".new", []byte(strconv.FormatUint(position, 10)), 0o600)
	if err != nil {
		return err
	}
	return os.Rename(positionFile+".new", positionFile) // never half a number
}

func handle(one event) {
	fmt.Println(one.Position, one.ID, one.Type, one.Account)
}

// Reads until the connection ends, and moves the position on.
func read(position *uint64) error {
	address := setting("WILDCAT_URL", "http://127.0.0.1:3000") + "/events/stream?types=" +
		url.QueryEscape(setting("TYPES", "message.received"))
	request, err := http.NewRequest("GET", address, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Last-Event-ID", strconv.FormatUint(*position, 10))
	if key := os.Getenv("API_KEY"); key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(response.Body)
		if response.StatusCode < 500 && response.StatusCode != http.StatusTooManyRequests {
			return fmt.Errorf("%w: %s", errRefused, text)
		}
		return errors.New(string(text))
	}
	lines := bufio.NewReader(response.Body)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return err
		}
		data, found := strings.CutPrefix(line, "data: ")
		if !found {
			continue // ids, heartbeats
		}
		var one event
		if err := json.Unmarshal([]byte(data), &one); err != nil {
			return err
		}
		if one.Previous > *position {
			return fmt.Errorf("%w: missed something between %d and %d", errRefused, *position, one.Position)
		}
		handle(one)
		*position = one.Position
		if err := keepPosition(*position); err != nil {
			return err
		}
	}
}

func main() {
	position, err := loadPosition()
	if err != nil {
		fmt.Fprintln(os.Stderr, positionFile, err)
		os.Exit(1) // beginning anew would do everything once more
	}
	for {
		err := read(&position)
		fmt.Fprintln(os.Stderr, err)
		if errors.Is(err, errRefused) {
			os.Exit(1)
		}
		time.Sleep(2 * time.Second) // the service restarts: nothing is lost, the position is ours
	}
}
