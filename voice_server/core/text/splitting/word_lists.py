"""Words beside a mark that help to decide it: sentence starters, short words, months, times.

`STARTERS` are function words with which sentences begin and names hardly ever: one of them shows that an
abbreviation, initial or ordinal before it ended its sentence ("… in the U.S. It is"). The source of the lists
is the same as that of `abbreviations.py`.
"""

from __future__ import annotations

STARTERS: dict[str, str] = {
    "en": "the a an it it's its he he's she she's they they're we we're you you're i i'm i've i'd i'll"
    " this that that's these those there there's here here's his her their our my your what what's when"
    " where who who's why how which then but and so if in on at for from with by to as after before during"
    " since until while although though because however therefore moreover furthermore meanwhile instead"
    " also now today yesterday tomorrow yes no not never do does did don't is are was were have has had"
    " can could would will should may might let let's please some many most all both each every one two"
    " few several another other such only even just still perhaps maybe well once later finally first"
    " second next last thus hence nor or yet everyone everything nothing nobody somebody anyone whether"
    " unless despite according thanks thank sorry ok okay hello hi oh given over under through among"
    " between within use see try check make add click get look need any ask avoid choose consider create find"
    " follow give help leave put remember run start stop take tell think turn visit wait write like unlike"
    " either neither enjoy bring buy keep call come",
    "de": "der die das den dem des ein eine einen einem einer es er sie wir ich ihr man dies diese dieser"
    " dieses aber und oder doch denn wenn weil als da dann dort hier nun nur noch so auch in im am"
    " an auf aus bei mit nach von vom vor zu zum zur für über unter durch um was wer wie wo warum wann ob"
    " seit während nicht kein keine mein meine sein seine ihre unser alle viele einige beide jeder jede"
    " danach daher deshalb trotzdem allerdings jedoch außerdem schließlich heute gestern morgen ja nein"
    " bitte danke ist sind war hat haben kann bis also falls sobald sonst mal leider vielleicht natürlich"
    " vorher",
    "fr": "le la les l un une des du de ce cet cette ces c il elle ils elles on nous vous je j tu mais et"
    " ou donc or car si quand lorsque comme dans en à au aux par pour sur sous avec sans selon après avant"
    " depuis pendant que qui quoi où comment pourquoi quel quelle son sa ses leur leurs mon ma mes notre"
    " votre tout tous toute chaque plusieurs ainsi alors puis ensuite enfin aussi cependant toutefois"
    " pourtant aujourd oui non ne est",
    "es": "el la los las lo un una unos unas este esta estos estas ese esa eso esto aquel él ella ellos"
    " ellas yo tú nosotros usted ustedes su sus mi mis tu y e o u pero sino aunque si cuando como donde"
    " mientras porque pues en a al de del por para con sin según sobre tras desde hasta entre durante que"
    " qué quién cómo cuándo dónde cuánto no sí ya también además así entonces luego después antes ahora"
    " hoy se le les es son fue era hay todos todo cada muchos muchas algunos otro otra está están",
    "it": "il lo la i gli le l un uno una questo questa questi queste quello quella egli lui lei loro noi"
    " voi io tu e ed o ma però se quando come dove mentre perché poiché nel nella nei in a al alla da dal"
    " dalla di del della per con su sul sulla tra fra dopo prima durante secondo che chi cosa non sì già"
    " anche inoltre così allora poi ora oggi suo sua suoi mio si è sono era fu tutti tutto ogni molti mi"
    " ci",
    "pt": "o a os as um uma uns umas este esta estes estas esse essa isso isto aquele ele ela eles elas eu"
    " tu nós você vocês e ou mas porém se quando como onde enquanto porque pois em no na nos nas de do da"
    " dos das por pelo pela para com sem segundo sobre após desde até entre durante que quem qual não sim"
    " já também além assim então depois antes agora hoje seu sua seus suas meu minha é são foi era há"
    " todos tudo cada muitos outro ao à",
    "nl": "de het een dit dat deze die hij zij ze wij we ik jij je u men er en maar of want dus als toen"
    " wanneer omdat terwijl hoewel in op aan bij met van voor naar na over onder door uit om tot tegen wat"
    " wie waar hoe waarom zo ook nog nu dan daar hier niet geen mijn zijn haar hun ons alle veel sommige"
    " andere daarna daarom echter toch vandaag gisteren ja nee is was",
    "sv": "den det de en ett han hon vi jag du ni man detta denna dessa och men eller för om när då där"
    " här som i på av till från med vid efter före under över genom hos mot utan vad vem hur varför så"
    " också nu inte ingen min sin hans hennes deras vår alla många några andra sedan därför dock ja nej är"
    " var",
    "da": "den det de en et han hun vi jeg du i man dette denne disse og men eller for hvis når da der her"
    " som på af til fra med ved efter før under over gennem hos mod uden hvad hvem hvor hvordan hvorfor så"
    " også nu ikke ingen min sin hans hendes deres vores alle mange nogle andre siden derfor dog ja nej er"
    " var om",
    "no": "den det de en et ei han hun vi jeg du man dette denne disse og men eller for hvis når da der"
    " her som i på av til fra med ved etter før under over gjennom hos mot uten hva hvem hvor hvordan"
    " hvorfor så også nå ikke ingen min sin hans hennes deres vår alle mange noen andre siden derfor ja"
    " nei er var om",
    "is": "það hann hún þeir þær þau við ég þú og en eða ef þegar þar hér sem í á af til frá með hjá eftir"
    " fyrir undir yfir um hvað hver hvernig svo líka nú ekki þetta þessi",
    "fi": "hän he se ne minä sinä me te tämä nämä tuo ja mutta tai jos kun koska vaikka siis sitten niin"
    " myös nyt ei en mitä mikä kuka missä miten miksi sen hänen heidän kaikki monet jokainen kuitenkin"
    " lisäksi näin siellä täällä on oli",
    "pl": "to ten ta te ci on ona ono oni one my wy ja ty i a ale lecz oraz lub jednak więc gdy kiedy"
    " jeśli jeżeli bo ponieważ choć w we z ze na do od po przy przez dla o u za pod nad przed między"
    " według co kto jak gdzie dlaczego czy nie tak też także już tu tam teraz dziś jego jej ich nasz mój"
    " każdy wszystkie wszyscy wiele inne jest są był była było potem następnie",
    "cs": "to ten ta ti ty on ona ono oni my vy já a ale nebo však když kdy jestli protože ačkoli v ve z"
    " ze na do od po při pro o u za pod nad před mezi podle co kdo jak kde proč ne ano také již už tady"
    " tam teď dnes jeho její jejich náš můj každý všichni mnoho jiné je jsou byl byla bylo pak potom tento"
    " tato",
    "sk": "to ten tá tí tie on ona ono oni my vy ja a ale alebo však keď kedy ak pretože hoci v vo z zo na"
    " do od po pri pre o u za pod nad pred medzi podľa čo kto ako kde prečo nie áno tiež už tu tam teraz"
    " dnes jeho jej ich náš môj každý všetci mnoho iné je sú bol bola bolo potom tento táto",
    "sl": "to ta ti te on ona ono mi vi jaz in a ali pa ko če ker v z s na do od po pri za o pod nad pred"
    " med kaj kdo kako kje zakaj ne da tudi že tu tam zdaj njegov njen je so bil",
    "hr": "to taj ta ti te on ona ono oni mi vi ja i a ali ili kad kada ako jer u s sa na do od po pri za"
    " o pod nad pred među što tko kako gdje zašto ne da također već tu tamo sada njegov je su bio",
    "hu": "a az ez egy ő ők én te mi ti és de vagy ha amikor mert hogy mint ki hol hogyan miért nem"
    " igen is már itt ott most ma mindenki minden sok ezért azonban majd aztán így",
    "tr": "bu şu o bir ben sen biz siz onlar ve ama fakat ancak veya eğer çünkü ne kim nasıl nerede neden"
    " niçin evet hayır de da şimdi bugün burada orada sonra önce her bütün birçok onun benim senin böyle"
    " öyle",
    "id": "ini itu ia dia mereka kami kita saya aku kamu anda dan tetapi tapi namun atau jika kalau ketika"
    " karena meskipun di ke dari pada untuk dengan oleh dalam setelah sebelum apa siapa bagaimana mengapa"
    " tidak ya juga sudah sekarang semua banyak setiap selain",
    "ro": "el ea ei ele eu tu noi voi un o și dar sau dacă când pentru că în la de pe cu din după ce cine"
    " cum unde nu da acest această este sunt",
    "et": "see ta tema nad ma me te ja aga või kui sest et ei jah ka nüüd siin seal kes mis kus kuidas",
    "ru": "он она оно они мы вы я ты это этот эта эти тот та те то и а но или да однако если когда потому"
    " хотя пока как где куда кто что чем почему зачем в во на с со к ко по от до из за у о об при для без"
    " под над перед между через после не нет так тоже также уже там тут здесь теперь сейчас сегодня его её"
    " ее их наш мой каждый все всё многие другие был была было были есть потом затем",
    "uk": "він вона воно вони ми ви я ти це цей ця ці той та те то і й а але або однак проте якщо коли"
    " тому хоча поки як де куди хто що чому в у на з із зі до від по за про при для без під над перед між"
    " через після не ні так також вже там тут тепер зараз сьогодні його її їх наш мій кожен усі все багато"
    " інші був була було були є потім",
    "bg": "той тя то те ние вие аз ти това този тази тези онзи и а но или да обаче ако когато защото"
    " въпреки докато как къде кой какво защо в във на с със към по от до из за у при без под над пред"
    " между през след не така също вече там тук сега днес неговият неин всеки всички много други беше са е"
    " после",
    "sr": "он она оно они ми ви ја ти то тај та и а али или ако кад јер у на с са до од по за што ко како"
    " где зашто не да је су био",
    "kk": "бұл ол осы сол мен сен біз сіз олар және бірақ немесе егер өйткені не кім қалай қайда неге иә"
    " жоқ енді бүгін",
    "el": "ο η το οι τα του της των τον την στο στη στην στον στις στα ένα μια ένας αυτός αυτή αυτό αυτοί"
    " εγώ εσύ εμείς και κι αλλά όμως ή αν όταν γιατί επειδή ενώ σε με από για ως προς κατά μετά πριν τι"
    " ποιος πώς πού δεν μη ναι όχι επίσης τώρα σήμερα όλα όλοι κάθε πολλοί είναι ήταν έχει",
    "hy": "նա նրանք մենք դուք ես դու այս այդ այն սա դա և իսկ բայց կամ եթե երբ որովհետև ինչ ով ինչպես որտեղ"
    " ինչու ոչ այո հիմա այսօր բոլոր",
    "ar": "هو هي هم نحن أنا أنت هذا هذه ذلك تلك في من إلى على عن مع و لكن أو إذا عندما لأن ما كيف أين"
    " لماذا لا نعم كان قد ثم بعد قبل",
    "fa": "او آنها ما من شما این آن در از به با بر برای و اما یا اگر وقتی زیرا چه کی چگونه کجا چرا نه بله",
    "hi": "यह वह ये वे मैं हम आप तुम इस उस और लेकिन या अगर जब क्योंकि में से को पर के क्या कौन कैसे कहाँ क्यों नहीं हाँ",
}

STARTERS_ANYWHERE = "the this that these those there it he she they we you what when where who why how"
"""English starters that are no words of another language; they count in all, which quote English."""

MONTHS: dict[str, str] = {
    "de": "januar jänner februar märz april mai juni juli august september oktober november dezember"
    " jahrhundert jh",
    "da": "januar februar marts april maj juni juli august september oktober november december århundrede",
    "no": "januar februar mars april mai juni juli august september oktober november desember",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "cs": "ledna února března dubna května června července srpna září října listopadu prosince",
    "sk": "januára februára marca apríla mája júna júla augusta septembra októbra novembra decembra",
    "en": "january february march april may june july august september october november december monday"
    " tuesday wednesday thursday friday saturday sunday jan feb mar apr jun jul aug sep sept oct nov dec"
    " mon tue wed thu fri sat sun est edt pst pdt cst cdt mst mdt gmt utc cet eastern pacific central"
    " mountain time",
}

SHORT_WORDS: dict[str, str] = {
    "en": "mm Mm mhm Mhm hm Hm hmm Hmm shh Shh psst Psst brr Brr pfft Pfft tsk Tsk grr Grr mmm Mmm oh no me"
    " it so him her you too now one two ten end bad us we he she they yes ok go do did done not out up"
    " off in on day way man men boy war law job car bus dog cat sun sea sky air ice oil gas tea pub bar"
    " bed box bag cup egg arm leg eye ear lip toe hip gun age art ago all any bit buy by big old new hot"
    " sad mad wet dry fun low high far few for fly cry try die lie tie run sit eat met ate saw see"
    " say let get got put cut hit won had has was is are be am an as at of or if my our his its who why"
    " how that this than then them more most less here home hi hey lol yet also ask nz uk usa uae eu tv"
    " pc cd dvd app pm dad mom mum son kid baby bro sis guy gal god key map net pen pie pot pay tax tip"
    " top toy use via win yep nah ya u ur pls plz thx btw imo omg tho idk",
    "no": "Frp Krf Nrk",
    "fr": "y a à",
    "it": "è",
    "pt": "é",
    "hu": "ő",
    "hi": "है हैं था थी थे हो थीं गए गई गया लो दो ले दे",
    "ru": "я",
    "uk": "є я",
}
"""Words of up to four letters that look like abbreviations or initials and are none, so that a full stop
behind one ends the sentence.

For English also words behind which it does so before lower case, in texts written without capitals."""

TIME_ABBREVIATIONS = (
    "a.m p.m b.c a.d c.e b.c.e ph.d m.d b.a m.a b.s b.sc m.s m.sc ll.m ll.b j.d m.b.a d.d.s r.n d.phil ed.d"
    " π.μ μ.μ"
)
"""Dotted acronyms of times and degrees; what follows with a capital hardly ever belongs to them."""

TIME_PREPOSITIONS: dict[str, str] = {
    "en": "at by on in around before after since until till from about between every",
    "de": "im am um ab seit bis vor nach in von",
    "sv": "i på vid om den från",
    "da": "i på ved om den fra",
    "no": "i på ved om den fra",
    "pl": "w we do od na po około przed",
    "cs": "v ve do od po před na",
    "sk": "v vo do od po pred na",
    "ru": "в во до с от по около к на за",
    "uk": "у в до з від по близько на за",
    "el": "στις στη στο από μέχρι πριν μετά κατά",
    "es": "a las la el en desde hasta antes después sobre entre",
    "bg": "през от до към около на",
}
"""Words that begin a time phrase: "At 5 a.m. Mr. Smith went", "В 1999 г. Путин"."""

ADDRESS_SUFFIXES = "com org net io ai edu gov co uk de eu js ts py txt pdf md html json xml csv jpg png exe"
"""The last parts of addresses and file names; no sentence begins with one."""

HEADING_WORDS = (
    "step chapter section part figure fig table tab no question exercise example rule day week phase"
    " level lesson article art item point tip act scene volume vol book unit appendix annex version"
    " option reason problem task schritt kapitel abschnitt teil abbildung abb tabelle nr frage aufgabe"
    " beispiel regel tag étape chapitre partie exemple règle jour paso capítulo sección parte"
    " figura pregunta regla día passo capitolo sezione domanda esempio giorno seção etapa stap hoofdstuk"
    " deel vraag krok rozdział część шаг глава часть раздел пункт рис крок kapitola část fejezet adım"
    " bölüm bab langkah steg luku osa"
)
"""Words that make a label together with a number, at the beginning of a sentence: "Step 1. Open it."."""

CONJUNCTIONS = (
    "and or & + und oder et ou y e o en of och eller og i a oraz lub nebo alebo ja tai és vagy ve и или і та"
)
"""Words and signs for "and" and "or": a letter behind one is no label ("A. Lind and B. Berg")."""

ROMAN_NUMBERS = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv"
"""The Roman numerals that list items are numbered with, in order."""

BEHIND_LABEL = "of for in and or on to at from with by as is was has und oder von für et ou de y o e"
"""Words that show that a label before them is not the subject of a sentence: "Alg. 2 for sparse input"."""

DETERMINERS = "the a an this its your my our their his her each every any some no two three"
"""Words behind which an adjective is at times shortened: "The orig. document"."""

LETTERED_NOUNS = (
    "vitamin plan option type class grade group team hepatitis letter category section exhibit appendix"
    " schedule column row variable route level point gate zone block building room vitamine typ gruppe klasse"
    " punkt grupo tipo gruppo groupe vitamina"
)
"""Nouns before a letter that is no initial: behind "vitamin C." the next sentence begins."""

SAID_VERBS = (
    "said says asked asks cried cries shouted whispered replied answered wondered called yelled exclaimed"
    " demanded inquired enquired screamed begged laughed gasped muttered murmured snapped added continued"
    " repeated interrupted pleaded sighed groaned growled hissed joked teased wanted fragte sagte rief"
    " preguntó dijo demanda dit chiese disse perguntou vroeg zei"
)
"""Verbs of saying, which join a quotation to its speaker: "Is it?" Clara asked."""

URDU_LETTERS = "اے بی سی ڈی ای ایف جی ایچ آئی جے کے ایل ایم این او پی کیو آر ایس ٹی یو وی ڈبلیو ایکس وائی زیڈ"
"""The names of the Latin letters in Urdu, of which initials and acronyms consist."""
URDU_TITLES = "ڈاکٹر مسٹر مسز پروفیسر جناب"
"""Titles in Urdu before initials."""

FUNCTION_WORDS: dict[str, str] = {
    "en": "of is be been being not no or me him them us more than about out up had were am who which very"
    " into down off own does said says like get make use you your",
    "de": "ist sind war waren wurde wurden wird werden hat haben kann können muss soll sich nicht sehr mehr"
    " einen einem einer eines des dem den vom beim sowie etwa schon",
    "fr": "a est sont été fut était étaient ont avait être avoir fait peut plus pas très que qu'il d'un d'une"
    " c'est n'est s'est ses ces aux du des se ne y où dont chez vers",
    "es": "es son fue era eran ha han había ser estar tiene puede más muy que del al los las una por con"
    " como pero sus nos les hasta",
    "it": "è sono era erano ha hanno stato stata essere fare può più molto che del della dei delle dello"
    " degli dal nella nelle sul al alla alle gli una anche come suo c'è dell'",
    "pt": "é são foi era eram foram tem têm ser está pode mais muito que do da dos das ao à um uma com não"
    " pela pelo seu sua você num numa",
    "nl": "is zijn was waren wordt worden werd heeft hebben had kan kunnen moet zou zich niet meer zeer van"
    " het een ook aan bij naar uit wel geen te",
    "sv": "är var varit blir blev har hade kan ska skulle sig inte mycket mer att och som på av för med"
    " till den det ett från om när eller än",
    "da": "er var været bliver blev har havde kan skal skulle sig ikke meget mere at og som på af for med"
    " til den det et fra om når eller end mig efter noget nogle ud også blevet uden",
    "no": "er var vært blir ble har hadde kan skal skulle seg ikke mye mer å og som på av for med til den"
    " det et fra om når eller enn meg etter noe noen ut også blitt uten",
    "fi": "on oli ovat olivat ollut olla ei eivät ole kun kuin että tai joka jotka mukaan vain myös sekä"
    " noin kanssa jälkeen sitä sen hänen voi saa pitää muun muassa ettei mikä kuten vielä aina nyt",
    "pl": "jest są był była było być się nie na do w z że jak po ale od jego dla przez przy który która"
    " które którzy może bardzo więcej tym tego",
    "cs": "je jsou byl byla bylo být se si v na že do za s z po od ale jako pro který která které kteří"
    " může více velmi jeho ještě tím při nebo",
    "sk": "je sú bol bola bolo boli byť sa si v na že do za s z po od ale ako pre ktorý ktorá ktoré ktorí"
    " môže viac veľmi jeho ešte tým pri alebo sme som nie však bude iba",
    "sl": "je so bil bila bilo biti se si v na da do za s z po od ampak kot ki več zelo njegov še pri ali"
    " sem smo bo",
    "hr": "je su bio bila bilo biti se si u na da do za s iz po od ali kao koji koja koje više vrlo njegov"
    " još pri ili sam smo će",
    "hu": "a az van volt volna lesz meg is nem és hogy ki le el fel már még csak mint egy ezt azt ami aki"
    " szerint után között által vagy",
    "tr": "bir ve bu da de ile için olarak çok daha en var yok mı mi mu mü değil gibi kadar olan oldu"
    " olduğu ise ki ya sonra nin",
    "id": "yang dan di ke dari ini itu untuk dengan pada adalah sebagai oleh dalam tidak akan telah dapat"
    " juga karena atau ada bisa lebih sangat para tersebut antara saat secara sekitar tahun menjadi",
    "ro": "este sunt era au fost fi nu de la în pe cu din care mai foarte sau și al ale a unei unui să se"
    " ce către fiind",
    "et": "on oli olid olnud olla ei ole ja et kui kuid või mis kes see ka oma ning nagu veel väga pärast"
    " kuni",
    "is": "er var voru verið vera hefur hafa hafði ekki sem að og í á til með um fyrir frá við af það sig"
    " mjög meira en eða",
    "bg": "на се е са и в за да от с по че не като към беше бил била който която което които ще си при",
    "ru": "на и в не что с как по это к из за от для его при который которая которые также был ы",
}
"""Further words that are signs of a language, whether or not sentences begin with them."""
