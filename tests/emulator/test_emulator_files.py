from notifyhub.emulator.shared.files import Files


def put(files, data=b"12345", **more):
    return files.put(data, **{"owner": "bot", "name": "a.txt", "content_type": "text/plain"} | more)


def test_a_file_is_found_by_its_id():
    files = Files()
    stored = put(files)
    assert files.get(stored.id, "bot").data == b"12345"


def test_a_file_is_shown_to_its_owner_only():
    files = Files()
    assert files.get(put(files).id, "other") is None


def test_ids_are_made_unless_given():
    files = Files()
    assert put(files).id != put(files).id
    assert put(files, file_id="AgAC1").id == "AgAC1"


def test_the_oldest_file_goes_when_there_are_too_many():
    files = Files(count_cap=2)
    first, second, third = (put(files) for _ in range(3))
    assert [files.get(file.id, "bot") for file in (first, second, third)] == [None, second, third]


def test_the_oldest_files_go_when_they_are_too_large():
    files = Files(bytes_cap=10)
    first, *_ = [put(files) for _ in range(3)]
    assert (files.get(first.id, "bot"), len(files), files.size_bytes) == (None, 2, 10)


def test_a_file_over_the_cap_is_kept_alone():
    files = Files(bytes_cap=10)
    put(files)
    large = put(files, b"x" * 11)
    assert (len(files), files.get(large.id, "bot")) == (1, large)


def test_the_same_id_again_takes_the_place_of_the_first():
    files = Files()
    put(files, file_id="1")
    put(files, b"1", file_id="1")
    assert (len(files), files.size_bytes) == (1, 1)


def test_dropped_and_cleared_files_take_no_room():
    files = Files()
    files.drop(put(files).id)
    files.drop("unknown")
    assert (len(files), files.size_bytes) == (0, 0)
    put(files)
    files.clear()
    assert (len(files), files.size_bytes) == (0, 0)
