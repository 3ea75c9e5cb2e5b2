"""Messages of people besides text: photos, albums, documents and everything else."""

from typing import Any

from snapthread_sandbox.telegram.accounts import Account
from snapthread_sandbox.telegram.channels import Channel
from snapthread_sandbox.telegram.chats import Message
from snapthread_sandbox.telegram.entities import find_entities
from snapthread_sandbox.telegram.files import Size, photo_sizes
from snapthread_sandbox.telegram.groups import Group
from snapthread_sandbox.telegram.world import World
from snapthread_sandbox.wire import Json


class SendsMedia:
    """The half of a person that sends files and oddities."""

    world: World
    id: int

    def post(
        self,
        content: Json,
        *,
        to: Group | None = None,
        thread: int | None = None,
        reply_to: Message | None = None,
        quote: str | None = None,
        as_chat: Group | Channel | None = None,
    ) -> Message:
        raise NotImplementedError

    def sends_photo(
        self,
        content: bytes,
        *,
        caption: str | None = None,
        album: str | None = None,
        forwarded_from: Account | None = None,
        has_spoiler: bool = False,
        file_size: Size = "true",
        **where: Any,
    ) -> Message:
        """A photo; its largest size is exactly these bytes.

        `where`: to, thread, reply_to, quote, as_chat.
        """
        owner_id = forwarded_from.id if forwarded_from else self.id
        photo = photo_sizes(self.world.files, content, owner_id, file_size)
        described = _with_caption({"photo": photo, "media_group_id": album}, caption)
        if has_spoiler:
            described["has_media_spoiler"] = True
        if forwarded_from:
            described["forward_origin"] = self._origin(forwarded_from)
        return self.post(described, **where)

    def photo_of(self, content: bytes, caption: str | None = None) -> Json:
        """A photo's content, without a message around it."""
        return _with_caption(
            {"photo": photo_sizes(self.world.files, content, self.id, "true")}, caption
        )

    def sends_album(
        self,
        photos: list[bytes],
        *,
        caption: str | None = None,
        caption_on: int = 0,
        **where: Any,
    ) -> list[Message]:
        """Photos that belong together; one update for each, the caption on one of them."""
        album = self.new_album()
        return [
            self.sends_photo(
                photo, album=album, caption=caption if number == caption_on else None, **where
            )
            for number, photo in enumerate(photos)
        ]

    def new_album(self) -> str:
        """A media group id, for parts that are sent one by one."""
        return f"{13_000_000_000 + self.world.number()}"

    def sends_document(
        self,
        content: bytes,
        *,
        file_name: str | None = "picture.png",
        mime_type: str | None = "image/png",
        caption: str | None = None,
        album: str | None = None,
        thumbnail: bytes | None = None,
        file_size: Size = "true",
        **where: Any,
    ) -> Message:
        """A file as it is; name and type are only what the sender claims."""
        document = self._file(content, "documents", file_size)
        claims = {"file_name": file_name, "mime_type": mime_type}
        document |= {name: value for name, value in claims.items() if value is not None}
        document |= self._thumbnail(thumbnail)
        media = {"document": document, "media_group_id": album}
        return self.post(_with_caption(media, caption), **where)

    def sends_live_photo(
        self, content: bytes, *, caption: str | None = None, **where: Any
    ) -> Message:
        """A photo that moves; Telegram tells of it twice, the second time as a photo."""
        photo = photo_sizes(self.world.files, content, self.id, "true")
        live = self._file(b"ftyp", "live_photos", "true") | self._frame("video/mp4")
        media = {"live_photo": live | {"photo": photo}, "photo": photo}
        return self.post(_with_caption(media, caption), **where)

    def sends_paid_photos(
        self, contents: list[bytes | None], *, caption: str | None = None, **where: Any
    ) -> Message:
        """Photos behind a price; None is one that is still locked."""
        media: list[Json] = [
            {"type": "preview", "width": 640, "height": 480}
            if content is None
            else {
                "type": "photo",
                "photo": photo_sizes(self.world.files, content, self.id, "true"),
            }
            for content in contents
        ]
        paid = {"paid_media": {"star_count": 5, "paid_media": media}}
        return self.post(_with_caption(paid, caption), **where)

    def sends_sticker(
        self, content: bytes, *, kind: str = "static", thumbnail: bytes | None = None, **where: Any
    ) -> Message:
        """A sticker: static (a WebP picture), animated (a .tgs) or video (a .webm)."""
        sticker = (
            self._file(content, "stickers", "true")
            | self._thumbnail(thumbnail)
            | {
                "type": "regular",
                "width": 512,
                "height": 512,
                "is_animated": kind == "animated",
                "is_video": kind == "video",
            }
        )
        return self.post({"sticker": sticker}, **where)

    def sends_voice(
        self,
        content: bytes = b"OggS",
        *,
        duration: int = 3,
        mime_type: str | None = "audio/ogg",
        caption: str | None = None,
        file_size: Size = "true",
        **where: Any,
    ) -> Message:
        """A voice message of so many seconds; Telegram's own are OGG with Opus."""
        voice = self._file(content, "voice", file_size) | {"duration": duration}
        return self.post(_with_caption({"voice": voice | _mime_field(mime_type)}, caption), **where)

    def sends_audio(
        self,
        content: bytes = b"ID3",
        *,
        duration: int = 3,
        file_name: str | None = "song.mp3",
        mime_type: str | None = "audio/mpeg",
        caption: str | None = None,
        album: str | None = None,
        file_size: Size = "true",
        **where: Any,
    ) -> Message:
        """A music file; name and type are only what the sender claims."""
        audio = self._file(content, "music", file_size) | {"duration": duration}
        audio |= _mime_field(mime_type) | ({"file_name": file_name} if file_name else {})
        media = {"audio": audio, "media_group_id": album}
        return self.post(_with_caption(media, caption), **where)

    def sends_video(
        self,
        content: bytes = b"ftyp",
        *,
        duration: int = 3,
        caption: str | None = None,
        thumbnail: bytes | None = None,
        album: str | None = None,
        file_size: Size = "true",
        **where: Any,
    ) -> Message:
        video = self._file(content, "videos", file_size) | self._frame("video/mp4", duration)
        media = {"video": video | self._thumbnail(thumbnail), "media_group_id": album}
        return self.post(_with_caption(media, caption), **where)

    def sends_video_note(
        self,
        content: bytes = b"ftyp",
        *,
        duration: int = 3,
        thumbnail: bytes | None = None,
        file_size: Size = "true",
        **where: Any,
    ) -> Message:
        note = self._file(content, "video_notes", file_size)
        note |= {"length": 240, "duration": duration}
        return self.post({"video_note": note | self._thumbnail(thumbnail)}, **where)

    def sends_animation(
        self,
        content: bytes = b"ftyp",
        *,
        caption: str | None = None,
        thumbnail: bytes | None = None,
        **where: Any,
    ) -> Message:
        """A GIF; Telegram tells of it twice, the second time as a document."""
        animation = self._file(content, "animations", "true") | self._frame("video/mp4")
        animation |= self._thumbnail(thumbnail)
        media = {"animation": animation, "document": animation}
        return self.post(_with_caption(media, caption), **where)

    def sends_dice(self, **where: Any) -> Message:
        return self.post({"dice": {"emoji": "🎲", "value": 3}}, **where)

    def sends_location(self, **where: Any) -> Message:
        return self.post({"location": {"latitude": 51.5, "longitude": -0.12}}, **where)

    def sends_contact(self, **where: Any) -> Message:
        contact = {"phone_number": "+441234567890", "first_name": "Charles"}
        return self.post({"contact": contact}, **where)

    def sends_poll(self, question: str = "Tea?", **where: Any) -> Message:
        options = [{"persistent_id": t, "text": t, "voter_count": 0} for t in ("Yes", "No")]
        flags = {
            "is_closed": False,
            "is_anonymous": True,
            "allows_multiple_answers": False,
            "allows_revoting": True,
            "members_only": False,
        }
        poll = {"id": "1", "question": question, "options": options, "total_voter_count": 0}
        return self.post({"poll": poll | flags | {"type": "regular"}}, **where)

    def _file(self, content: bytes, folder: str, size: Size) -> Json:
        file_id = self.world.files.keep(content, self.id, folder, "")
        return self.world.files.describe(file_id, size)

    def _thumbnail(self, content: bytes | None) -> Json:
        if content is None:
            return {}
        return {"thumbnail": photo_sizes(self.world.files, content, self.id, "true")[-1]}

    def _frame(self, mime_type: str, duration: int = 3) -> Json:
        return {"width": 640, "height": 480, "duration": duration, "mime_type": mime_type}

    def _origin(self, person: Account) -> Json:
        return {"type": "user", "sender_user": person.user, "date": int(self.world.now()) - 60}


def _with_caption(content: Json, caption: str | None) -> Json:
    if caption is None:
        return content
    return content | {"caption": caption, "caption_entities": find_entities(caption)}


def _mime_field(mime_type: str | None) -> Json:
    return {} if mime_type is None else {"mime_type": mime_type}
