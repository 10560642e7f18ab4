using System.Collections.Concurrent;

namespace Dataflow.Runtime;

/// <summary>What other threads ask a worker, to be answered on its own thread between two batches.</summary>
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
        if (_isClosed) Close(); // whoever comes after the end finds nobody who would answer
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

    /// <summary>Lets nobody wait any more: the worker has ended.</summary>
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
                _answer.TrySetException(error); // it is the asker's, not the job's
            }
        }

        public override void Cancel() => _answer.TrySetCanceled();
    }
}
