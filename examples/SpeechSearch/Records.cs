namespace SpeechSearch;

/// <summary>A line of speeches.jsonl.gz.</summary>
public sealed record Sentence(string Id, int Year, string President, string Text);

/// <summary>A sentence with what the model makes of it.</summary>
public sealed record SentenceVector(Sentence Sentence, float[] Vector);
