using System.Collections.Concurrent;

namespace Dataflow.Runtime;

/// <summary>The requests of other threads to a worker, answered on its own thread between two batches.</summary>
internal sealed class Questions
{
    private readonly ConcurrentQueue<Question> _asked = new();
    private volatile bool _isClosed;

    /// <summary>Whether the worker has ended.</summary>
    public bool IsClosed => _isClosed;

    public Task<T> AskAsync<T>(Func<T> answer, CancellationToken cancellationToken)
    {
        var question = new Question<T>(answer);
        _asked.Enqueue(question);
        if (_isClosed) Close(); // a request after the end would not be answered
        return question.Answer.WaitAsync(cancellationToken);
    }

    public bool AnswerAll()
    {
        var any = false;
        while (_asked.TryDequeue(out var question))
        {
            question.Ask();
            any = true;
        }

        return any;
    }

    /// <summary>Cancels all waiting requests, because the worker has ended.</summary>
    public void Close()
    {
        _isClosed = true;
        while (_asked.TryDequeue(out var question)) question.Cancel();
    }

    private abstract class Question
    {
        public abstract void Ask();

        public abstract void Cancel();
    }

    private sealed class Question<T>(Func<T> answer) : Question
    {
        private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Answer => _answer.Task;

        public override void Ask()
        {
            try
            {
                _answer.TrySetResult(answer());
            }
            catch (Exception error)
            {
                _answer.TrySetException(error); // the error belongs to the caller, not to the job
            }
        }

        public override void Cancel() => _answer.TrySetCanceled();
    }
}
