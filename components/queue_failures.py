"""Why jobs fail, in plain words, and what to do about each: the one table of it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Failure:
    """What happened, in a few words, and what to do, in a sentence."""

    words: str
    advice: str


# By the code that a failed job keeps: those of the engines, of the queue, and of the demo's story.
FAILURES: dict[str, Failure] = {
    # The request: the same one fails again.
    "unsupported_mode": Failure(
        "The engine does not do this kind of job",
        "Launch it again with another engine, or as a try-on of a garment on a person.",
    ),
    "unsupported_category": Failure(
        "The engine does not do this category",
        "Launch it again with another engine.",
    ),
    "bad_request": Failure(
        "The engine could not use what it was given",
        "Choose one person, and one garment for each place on the body.",
    ),
    "picture_unreadable": Failure(
        "A picture could not be read",
        "Save it anew as JPEG or PNG and upload that.",
    ),
    "picture_too_small": Failure(
        "A picture is too small",
        "Use one whose shorter side has 400 pixels or more.",
    ),
    "picture_gone": Failure(
        "A picture of the job has been deleted",
        "Upload it again and launch a new job; trying this one again cannot help.",
    ),
    "no_person": Failure(
        "No person was found",
        "Use a photo of one person from the front, with the face in good light.",
    ),
    "pose_not_found": Failure(
        "The person's pose was not found",
        "Use a photo from the front, with arms a little away from the body.",
    ),
    "several_people": Failure(
        "More than one person is in the photo",
        "Use a photo of one person alone, or crop the others away.",
    ),
    "person_unclear": Failure(
        "The person does not stand out clearly",
        "Use a sharp photo from the front, before a plain background.",
    ),
    "body_not_in_picture": Failure(
        "The part of the body that wears it is not in the photo",
        "Use a photo that shows more of the body.",
    ),
    "feet_not_in_picture": Failure(
        "The feet are not in the photo",
        "Use a photo that shows the person down to the floor.",
    ),
    "garment_cut": Failure(
        "The garment is cut off by the edge of its picture",
        "Use a picture that shows all of the garment, with some room around it.",
    ),
    "garment_indistinct": Failure(
        "The garment does not stand out from its background",
        "Use a picture of the garment before a plain background of another colour.",
    ),
    "garment_unreadable": Failure(
        "The garment was not recognised",
        "Use a picture of the garment alone, laid flat or hung, and check its category.",
    ),
    "garment_worn": Failure(
        "The garment is worn by somebody in its picture",
        "Use a picture of the garment alone.",
    ),
    "content_blocked": Failure(
        "The engine's rules do not allow this picture",
        "Change the photo or the prompt, or launch it with another engine.",
    ),
    # The engine, or the way to it: another time it may go well.
    "unknown_reference": Failure(
        "The engine lost the job",
        "Try it again.",
    ),
    "timeout": Failure(
        "The engine took too long",
        "Try it again; if that happens often, choose another engine.",
    ),
    "rate_limited": Failure(
        "The engine had too much to do",
        "Wait some minutes and try it again, or choose another engine.",
    ),
    "provider_unavailable": Failure(
        "The engine could not be reached",
        "Try it again later, or choose another engine.",
    ),
    "bad_answer": Failure(
        "The engine gave an answer that is no picture",
        "Try it again; if it happens again, choose another engine.",
    ),
    "no_picture": Failure(
        "The engine made no picture",
        "Try it again, or change the photo.",
    ),
    "result_expired": Failure(
        "The finished picture could not be fetched in time",
        "Try it again.",
    ),
    "storage_unavailable": Failure(
        "The finished picture could not be stored",
        "Try it again later; if it happens again, an administrator should look at the storage.",
    ),
    "worker_lost": Failure(
        "The making broke off several times",
        "Try it with another photo; if that breaks off too, tell an administrator.",
    ),
    "engine_error": Failure(
        "The engine ran into a problem of its own",
        "Try it again; if it happens again, tell an administrator the reference.",
    ),
    # The engine's account: nobody who launches jobs can mend these.
    "unauthorized": Failure(
        "The engine does not accept our key",
        "An administrator has to renew the engine's key; until then choose another engine.",
    ),
    "out_of_credits": Failure(
        "Our account with the engine is used up",
        "An administrator has to top it up; until then choose another engine.",
    ),
}


def called(code: str) -> str:
    """A failure's code as words, for tables and charts."""
    return code.replace("_", " ").capitalize()


def explained(code: str) -> Failure:
    """What a failure's code means; a code that nobody knows is said as it is."""
    return FAILURES.get(code) or Failure(
        called(code),
        "Try it again; if it happens again, tell an administrator the job's id.",
    )
